using System.Buffers.Binary;
using System.Text;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Image;

/// <summary>
/// Reads the functions that a guest file lists: between two symbols stand pointers to descriptors, each of name, body, types and number of parameters
/// (<c>sandbox/function.h</c>). The file is not trusted, and its list is for showing alone: where anything about it is wrong there is none.
/// </summary>
internal static class FunctionTable
{
    /// <summary>The most functions that a guest has.</summary>
    public const int MaximumFunctions = 512;

    private const string First = "__start_guest_functions";
    private const string End = "__stop_guest_functions";
    private const int PointerSize = sizeof(ulong);
    private const int DescriptorSize = 4 * PointerSize;
    private const int MaximumParameters = 64;
    private const int LongestName = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All functions in the order of the file; none if the file does not say, or nothing that can be.</summary>
    public static IReadOnlyList<GuestFunctionSignature> Read(GuestImage image)
    {
        if (image.Symbols.AddressOf(First) is not { } first || image.Symbols.AddressOf(End) is not { } end || end < first) return [];
        ulong length = end - first;
        if (length % PointerSize != 0 || length / PointerSize > MaximumFunctions) return [];
        ReadOnlySpan<byte> pointers = Slice(image, first.Value, (int)length);
        var functions = new List<GuestFunctionSignature>();
        for (; pointers.Length >= PointerSize; pointers = pointers[PointerSize..])
        {
            if (ReadFunction(image, BinaryPrimitives.ReadUInt64LittleEndian(pointers)) is not { } function) return [];
            functions.Add(function);
        }

        return functions;
    }

    private static GuestFunctionSignature? ReadFunction(GuestImage image, ulong address)
    {
        ReadOnlySpan<byte> descriptor = Slice(image, address, DescriptorSize);
        if (descriptor.IsEmpty) return null;
        ulong parameters = BinaryPrimitives.ReadUInt64LittleEndian(descriptor[(3 * PointerSize)..]);
        if (parameters > MaximumParameters) return null;
        ReadOnlySpan<byte> types = Slice(image, BinaryPrimitives.ReadUInt64LittleEndian(descriptor[(2 * PointerSize)..]), (int)parameters + 1);
        if (types.IsEmpty || types.ContainsAnyExceptInRange((byte)GuestValueType.Void, (byte)GuestValueType.Bytes) || types[1..].Contains((byte)GuestValueType.Void))
            return null;
        return ReadName(image, BinaryPrimitives.ReadUInt64LittleEndian(descriptor)) is { } name
            ? new GuestFunctionSignature(name, (GuestValueType)types[0], Array.ConvertAll(types[1..].ToArray(), static type => (GuestValueType)type))
            : null;
    }

    private static string? ReadName(GuestImage image, ulong address)
    {
        ReadOnlySpan<byte> rest = Rest(image, address);
        int end = rest[..Math.Min(rest.Length, LongestName + 1)].IndexOf((byte)0);
        if (end <= 0) return null;
        try
        {
            return StrictUtf8.GetString(rest[..end]);
        }
        catch (DecoderFallbackException)
        {
            return null; // nobody could call it by that
        }
    }

    /// <returns>Empty if not all of it is in the file.</returns>
    private static ReadOnlySpan<byte> Slice(GuestImage image, ulong address, int length)
    {
        ReadOnlySpan<byte> rest = Rest(image, address);
        return rest.Length >= length ? rest[..length] : default;
    }

    // From an address up to where the file has no more of its segment.
    private static ReadOnlySpan<byte> Rest(GuestImage image, ulong address)
    {
        if (image.SegmentAt(new GuestAddress(address)) is not { } segment) return default;
        ulong offset = new GuestAddress(address) - segment.Pages.Start;
        return offset < (ulong)segment.Content.Length ? segment.Content.Span[(int)offset..] : default;
    }
}
