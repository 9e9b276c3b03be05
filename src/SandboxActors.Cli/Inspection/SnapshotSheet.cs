using SandboxActors.Cli.Running;
using SandboxActors.Core;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Cli.Inspection;

/// <summary>What is in the directory of a saved snapshot, all of which is verified first.</summary>
internal static class SnapshotSheet
{
    /// <summary>Reads it.</summary>
    /// <exception cref="SnapshotFormatException">It cannot be used.</exception>
    public static Sheet Of(string path, Terminal terminal)
    {
        terminal.WithBar("Verifying", progress => Snapshot.Verify(path, progress, CancellationToken.None));
        var directory = new BlobDirectory(Path.GetFullPath(path));
        SnapshotManifest manifest = SnapshotManifest.Read(directory, expected: null);
        SnapshotDocument document = manifest.Document;
        Snapshot snapshot = Snapshot.Load(path);
        return new Sheet(
            [
                ("guest", "guest", snapshot.Image.Name),
                ("verified", "verified", new SheetValue("all digests are right", true)),
                ("digest", "digest", DigestOf(directory)),
                ("version", "version of the format", document.Version),
                ("guestAbi", "version of the guest ABI", document.GuestAbi),
                ("hypervisor", "saved on", document.Machine.Hypervisor),
                ("processor", "on a processor of", document.Machine.Processor),
                ("pages", "pages that are not all zeros", document.Memory.Pages),
                ("contents", "different contents of these", document.Memory.Contents),
                ("memoryBytes", "contents", SheetValue.Bytes(manifest.Memory.Size)),
                ("indexBytes", "index of pages", SheetValue.Bytes(manifest.Index.Size)),
                ("symbolCount", "symbols", snapshot.Image.Symbols.Count),
                ("takesBatches", "takes batches", new SheetValue(document.TakesBatches ? "yes" : "no", document.TakesBatches)),
                ("entry", "entry", GuestSheet.Entry(snapshot.Image)),
                ("instructionPointer", "goes on at", new GuestAddress(snapshot.Registers.ToState().General.Rip).ToString()),
            ],
            [
                new SheetList(
                    "memory",
                    "memory",
                    MemoryRows.Columns,
                    [.. GuestSheet.Segments(snapshot.Image), .. MemoryRows.Of(snapshot.Origin.Layout), .. Regions(snapshot)]),
                new SheetList(
                    "hostFunctions",
                    "host functions that it needs",
                    ["function", "parameters", "result"],
                    [.. snapshot.Origin.HostFunctions.Select(Row)]),
            ]);
    }

    private static IEnumerable<IReadOnlyList<SheetValue>> Regions(Snapshot snapshot) =>
        snapshot.MappedRegions.Select(static region => MemoryRows.Row("mapped region", region.Range, region.Access));

    private static string DigestOf(BlobDirectory directory) =>
        directory.ReadDocument(BlobDirectory.IndexFile, OciJson.Plain.OciIndex).Manifests[0].Digest;

    private static IReadOnlyList<SheetValue> Row(HostFunctionSignature function) =>
        [function.Name, string.Join(", ", function.Parameters.Select(GuestTypes.NameOf)), GuestTypes.NameOf(function.Result)];
}
