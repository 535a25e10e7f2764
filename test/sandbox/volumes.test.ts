// Volumes and snapshots as their users see them, with the unchanged SDK client and the system's own commands on real machines.
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  EC2Client,
  ModifyVolumeCommand,
  RebootInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetCommandInvocationCommand, SendCommandCommand } from "@aws-sdk/client-ssm";
import { expect, test } from "vitest";
import { shared } from "#test/support/shared.ts";
import { base64, eventually, type InstanceHouse, instanceHouse, textOf } from "./ec2-clients.ts";
import { refusal } from "./running-sandbox.ts";

let house: InstanceHouse;
let ImageId: string;
const AvailabilityZone = "us-east-1a";
const SubnetId = "subnet-sandbox-a";

shared(
  async () => {
    house = await instanceHouse();
    ImageId = await house.baseImage();
  },
  () => house.stop(),
);

async function launch(more: object = {}): Promise<string> {
  const id = await house.run({ ImageId, InstanceType: "t3.micro", SubnetId, ...more });
  await house.until(id, "running");
  return id;
}

async function volume(more: object = {}): Promise<string> {
  const made = await house.ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 1, ...more }));
  expect(made.State).toBe("creating");
  await eventually(() => stateOf(made.VolumeId!)).toEqual(["available", null]);
  return made.VolumeId!;
}

async function stateOf(id: string) {
  const { Volumes } = await house.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  const { State, Attachments } = Volumes![0]!;
  return [State, Attachments?.[0]?.State ?? null];
}

async function attach(VolumeId: string, InstanceId: string, Device = "/dev/sdf"): Promise<void> {
  const asked = await house.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
  expect(asked.State).toBe("attaching");
  await eventually(() => stateOf(VolumeId)).toEqual(["in-use", "attached"]);
}

/** What a script on the machine prints, with its exit status. */
async function script(InstanceId: string, ...commands: string[]): Promise<{ code: number; text: string }> {
  const sent = await house.ssm.send(
    new SendCommandCommand({
      DocumentName: "AWS-RunShellScript",
      InstanceIds: [InstanceId],
      Parameters: { commands },
    }),
  );
  const CommandId = sent.Command!.CommandId!;
  const read = () => house.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
  await eventually(async () => (await read()).Status).not.toMatch(/Pending|InProgress/);
  const { ResponseCode, StandardOutputContent, StandardErrorContent } = await read();
  return { code: ResponseCode!, text: `${StandardOutputContent}${StandardErrorContent}`.trim() };
}

const FIND = "disk=$(lsblk -dpnro NAME,SERIAL | awk '{ print $1 }')";
const FORMAT = `${FIND}; mkfs.ext4 -q -L data "$disk"; mkdir -p data; mount "$disk" data`;

test("What is written on a volume is there on the next instance, once the first has ended.", async () => {
  const [id, first, second] = [await volume(), await launch(), await launch()];
  await attach(id, first);
  const blank = await script(first, FIND, 'blkid -p "$disk"; echo $?; mount "$disk" data; echo $?');
  expect(blank.text).toMatch(/^2\n32\n/);
  const written = await script(first, FORMAT, 'mountpoint -q data && echo kept >data/note; blkid -p "$disk"');
  expect(written.text).toMatch(/nvme1n1: LABEL="data" UUID="[0-9a-f-]{36}" TYPE="ext4"/);
  const again = { VolumeId: id, InstanceId: second, Device: "/dev/sdf" };
  const refused = await refusal(house.ec2.send(new AttachVolumeCommand(again)));
  expect(refused).toBe("VolumeInUse");
  expect(await refusal(house.ec2.send(new DeleteVolumeCommand({ VolumeId: id })))).toBe("VolumeInUse");
  await house.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
  await eventually(() => stateOf(id)).toEqual(["available", null]);
  await attach(id, second);
  const read = await script(
    second,
    FIND,
    'mkdir -p data; mount "$disk" data; cat data/note; umount data; ls data',
  );
  expect(read).toEqual({ code: 0, text: "kept" });
});

test("A volume goes to its own zone alone, to no device that is taken, and is asked for by state, tag and instance.", async () => {
  const [id, other] = [await volume(), await volume({ AvailabilityZone: "us-east-1b" })];
  const InstanceId = await launch();
  const Device = "/dev/sdf";
  const wrong = await refusal(
    house.ec2.send(new AttachVolumeCommand({ VolumeId: other, InstanceId, Device })),
  );
  expect(wrong).toBe("InvalidVolume.ZoneMismatch");
  await attach(id, InstanceId);
  const third = await volume();
  expect(
    await refusal(house.ec2.send(new AttachVolumeCommand({ VolumeId: third, InstanceId, Device }))),
  ).toBe("InvalidParameterValue");
  await house.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "slot", Value: "1" }] }));
  const found = async (Name: string, ...Values: string[]) =>
    (await house.ec2.send(new DescribeVolumesCommand({ Filters: [{ Name, Values }] }))).Volumes!.map(
      (one) => one.VolumeId,
    );
  expect(await found("tag:slot", "1")).toEqual([id]);
  expect(await found("attachment.instance-id", InstanceId)).toEqual([id]);
  expect(await found("availability-zone", "us-east-1b")).toContain(other);
  expect((await house.instance(InstanceId)).BlockDeviceMappings).toMatchObject([
    { DeviceName: Device, Ebs: { VolumeId: id, Status: "attached", DeleteOnTermination: false } },
  ]);
});

test("The same client token is the same volume; sizes, zones and types that cannot be are refused.", async () => {
  const make = (more: object) =>
    house.ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 1, ClientToken: "once", ...more }));
  expect((await make({})).VolumeId).toBe((await make({})).VolumeId);
  const refused = (more: object) => refusal(make({ ClientToken: undefined, ...more }));
  expect(await refused({ AvailabilityZone: "us-east-1z" })).toBe("InvalidZone.NotFound");
  expect(await refused({ Size: 0 })).toBe("InvalidParameterValue");
  expect(await refused({ VolumeType: "gp9" })).toBe("UnknownVolumeType");
  expect(await refused({ Size: undefined })).toBe("MissingParameter");
  expect(await refused({ SnapshotId: "snap-00000000" })).toBe("InvalidSnapshot.NotFound");
});

test("A mounted volume is not let go by its instance until it is unmounted, and by force at once.", async () => {
  const [id, InstanceId] = [await volume(), await launch()];
  await attach(id, InstanceId);
  expect(await script(InstanceId, FORMAT)).toEqual({ code: 0, text: "" });
  await house.ec2.send(new DetachVolumeCommand({ VolumeId: id }));
  await eventually(() => stateOf(id)).toEqual(["in-use", "busy"]);
  const busy = await script(InstanceId, "cd data && umount ../data");
  expect(busy).toMatchObject({ code: 32, text: expect.stringContaining("target is busy") });
  expect(await script(InstanceId, "umount data")).toEqual({ code: 0, text: "" });
  await eventually(() => stateOf(id)).toEqual(["available", null]);
  await attach(id, InstanceId);
  await script(InstanceId, FIND, 'mount "$disk" data');
  await house.ec2.send(new DetachVolumeCommand({ VolumeId: id, InstanceId, Force: true }));
  await eventually(() => stateOf(id)).toEqual(["available", null]);
});

test("A snapshot holds what the volume held at its moment, and a volume can be made of it in another zone.", async () => {
  const [id, first] = [await volume(), await launch()];
  await attach(id, first);
  await script(first, FORMAT, "echo before >data/note");
  const taken = await house.ec2.send(new CreateSnapshotCommand({ VolumeId: id, Description: "then" }));
  expect(taken).toMatchObject({ State: "pending", VolumeSize: 1, VolumeId: id });
  const SnapshotId = taken.SnapshotId!;
  await script(first, "echo after >data/note");
  const snapshots = async () =>
    (await house.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], SnapshotIds: [SnapshotId] })))
      .Snapshots![0]!.State;
  await eventually(snapshots).toBe("completed");
  const copy = await volume({ AvailabilityZone: "us-east-1b", Size: undefined, SnapshotId });
  const second = await launch({ SubnetId: "subnet-sandbox-b" });
  await attach(copy, second);
  const read = await script(second, FIND, 'mkdir data; mount "$disk" data; cat data/note');
  expect(read).toEqual({ code: 0, text: "before" });
  await house.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  expect(await refusal(snapshots())).toBe("InvalidSnapshot.NotFound");
});

test("A unit that mounts before it starts has its disk again after a reboot, and after the sandbox was stopped.", async () => {
  const id = await volume();
  const UserData = base64(`#!/bin/sh
cat > app.cjs <<'APP'
const { readFileSync } = require("node:fs");
require("node:http").createServer((q, s) => s.end(readFileSync("data/note"))).listen(8080);
APP
cat > mount-data <<MOUNT
#!/bin/sh
cd "$PWD"; mkdir -p data
mountpoint -q data && exit 0
disk=\\$(lsblk -dpnro NAME,SERIAL | sed -n 's/ ${id.replace("-", "")}$//p')
blkid -p "\\$disk" || mkfs.ext4 -q "\\$disk"
mount "\\$disk" data && echo kept >>data/note
MOUNT
chmod +x mount-data
mkdir -p etc/systemd/system
cat > etc/systemd/system/app.service <<UNIT
[Service]
ExecStartPre=+$PWD/mount-data
ExecStart=/usr/bin/env node app.cjs
WorkingDirectory=$PWD
Restart=always
RestartSec=100ms
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now app 2>/dev/null
`);
  const MetadataOptions = { HttpTokens: "required" as const, InstanceMetadataTags: "enabled" as const };
  const InstanceId = await launch({ UserData, MetadataOptions });
  await attach(id, InstanceId);
  const address = (await house.instance(InstanceId)).PrivateIpAddress;
  const url = `http://${address}:8080/`;
  expect(await textOf(url)).toBe("kept\n");
  await house.ec2.send(new RebootInstancesCommand({ InstanceIds: [InstanceId] }));
  await eventually(() => textOf(url)).toBe("kept\nkept\n");
  await house.ec2.send(
    new CreateTagsCommand({ Resources: [InstanceId], Tags: [{ Key: "disk.data", Value: id }] }),
  );
  const told = await script(
    InstanceId,
    "base=$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest",
    'token=$(curl -sX PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" $base/api/token)',
    'curl -s -H "X-aws-ec2-metadata-token: $token" $base/meta-data/tags/instance/disk.data',
  );
  expect(told.text).toBe(id);
  await house.stop();
  house = await instanceHouse(house.directory);
  await eventually(() => textOf(url)).toBe("kept\nkept\nkept\n");
  expect(await stateOf(id)).toEqual(["in-use", "attached"]);
});

test("Whoever may attach one volume to one instance may attach no other.", async () => {
  const [mine, other, InstanceId] = [await volume(), await volume(), await launch()];
  const Tags = [{ Key: "owner", Value: "me" }];
  await house.ec2.send(new CreateTagsCommand({ Resources: [mine, InstanceId], Tags }));
  const Condition = { StringEquals: { "aws:ResourceTag/owner": "me" } };
  const config = await house.as("attacher", [
    { Effect: "Allow", Action: "ec2:AttachVolume", Resource: "*", Condition },
  ]);
  const ec2 = new EC2Client(config);
  const attaching = (VolumeId: string) =>
    ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdf" }));
  expect(await refusal(attaching(other))).toMatch(/^(UnauthorizedOperation|AccessDenied.*)$/);
  expect((await attaching(mine)).State).toBe("attaching");
});

test("A volume grows while it is used: its new size holds from optimizing on, and its file system follows when it is asked to.", async () => {
  const [InstanceId, VolumeId] = await Promise.all([launch(), volume()]);
  await attach(VolumeId, InstanceId);
  const made = await script(
    InstanceId,
    'disk="$(lsblk -dpnro NAME,SERIAL | cut -d" " -f1)"',
    'mkfs.ext4 -q "$disk" && mkdir -p at && mount "$disk" at && echo kept >at/file',
  );
  expect(made.code).toBe(0);
  const asked = await house.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 5 }));
  expect(asked.VolumeModification).toMatchObject({ OriginalSize: 1, TargetSize: 5 });
  const change = async () => {
    const answer = await house.ec2.send(
      new DescribeVolumesModificationsCommand({ Filters: [{ Name: "volume-id", Values: [VolumeId] }] }),
    );
    return answer.VolumesModifications![0]!.ModificationState;
  };
  await eventually(change).toBe("optimizing");
  const { Volumes } = await house.ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
  expect(Volumes![0]).toMatchObject({ Size: 5, State: "in-use" });
  const again = house.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 6 }));
  expect(await refusal(again)).toBe("IncorrectModificationState");
  const grown = await script(
    InstanceId,
    'disk="$(lsblk -dpnro NAME,SERIAL | cut -d" " -f1)"; blkid -p "$disk"',
    'resize2fs "$disk" >/dev/null && blkid -p "$disk" && cat at/file',
  );
  expect(grown.text.match(/FSSIZE="\d+"|kept/g)).toEqual([
    'FSSIZE="1073741824"',
    'FSSIZE="5368709120"',
    "kept",
  ]);
  const smaller = volume({ Size: 2 }).then((id) =>
    refusal(house.ec2.send(new ModifyVolumeCommand({ VolumeId: id, Size: 1 }))),
  );
  expect(await smaller).toBe("InvalidParameterValue");
});
