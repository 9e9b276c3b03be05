using System.IO.Compression;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// The recorded expectations: a file in this project that stands in for KVM where there is none. Compressed with Brotli; inside, numbers and text as
/// <see cref="BinaryWriter"/> writes them: the seed, the count of groups, and for each its name, digest of the input, digests and images.
/// </summary>
internal static class ExpectationFile
{
    private const string Resource = "expectations.bin";

    /// <summary>What is recorded.</summary>
    public static (ulong Seed, IReadOnlyList<ExpectationGroup> Groups) Read()
    {
        using Stream stream = typeof(ExpectationFile).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly has no resource {Resource}.");
        using var reader = new BinaryReader(new BrotliStream(stream, CompressionMode.Decompress));
        ulong seed = reader.ReadUInt64();
        var groups = new ExpectationGroup[reader.ReadInt32()];
        for (int i = 0; i < groups.Length; i++) groups[i] = ReadGroup(reader);
        return (seed, groups);
    }

    /// <summary>Writes the file in the source tree.</summary>
    /// <returns>Its path.</returns>
    public static string Write(ulong seed, IReadOnlyList<ExpectationGroup> groups)
    {
        string path = Path.Combine(SourceFolder(), "Recorded", Resource);
        using var writer = new BinaryWriter(new BrotliStream(File.Create(path), CompressionLevel.SmallestSize));
        writer.Write(seed);
        writer.Write(groups.Count);
        foreach (ExpectationGroup group in groups)
        {
            writer.Write(group.Name);
            writer.Write(group.InputDigest);
            writer.Write(group.Digests.Length);
            writer.Write(group.Digests);
            writer.Write(group.Images.Count);
            foreach (byte[] image in group.Images)
            {
                writer.Write(image.Length);
                writer.Write(image);
            }
        }

        return path;
    }

    private static ExpectationGroup ReadGroup(BinaryReader reader)
    {
        string name = reader.ReadString();
        byte[] input = reader.ReadBytes(ExpectationGroup.InputDigestLength);
        byte[] digests = reader.ReadBytes(reader.ReadInt32());
        byte[][] images = new byte[reader.ReadInt32()][];
        for (int i = 0; i < images.Length; i++) images[i] = reader.ReadBytes(reader.ReadInt32());
        return new ExpectationGroup(name, input, digests, images);
    }

    private static string SourceFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SandboxActors.sln")))
                return Path.Combine(folder.FullName, "tests", "SandboxActors.Emulator.Tests");
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no repository, so there is nowhere to record to.");
    }
}
