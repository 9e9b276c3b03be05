using SandboxActors.Machine;

namespace SandboxActors.Core.Layout;

/// <summary>
/// Where everything lies in a guest: from the image upwards boot information, input, calls, output, answers, heap and stack, each on its own pages
/// with unmapped guard pages between. Virtual and physical addresses are equal, and this is the one place where they are chosen.
/// </summary>
internal sealed record SandboxLayout
{
    /// <summary>Unmapped bytes in front of every part.</summary>
    public const ulong GuardSize = GuestAddress.PageSize;

    /// <summary>Unmapped bytes below the stack: wide, so that a large frame does not step over them.</summary>
    public const ulong StackGuardSize = 64 << 10;

    /// <summary>
    /// Bytes for the calls of a batch, and as many for their answers: some sixty-four of each, when they carry a few numbers. They have buffers of
    /// their own, so that a call in a batch finds as much room for its result, and for what it says to the host and hears from it, as one alone.
    /// </summary>
    public const ulong BatchBufferSize = 8 << 10;

    private SandboxLayout(GuestImage image, SandboxOptions options)
    {
        Image = image.Pages;
        Shared = image.Shared.Pages;
        Boot = After(Image, GuardSize, GuestAddress.PageSize);
        Input = After(Boot, GuardSize, options.InputBufferSize);
        Calls = After(Input, GuardSize, BatchBufferSize);
        Output = After(Calls, GuardSize, options.OutputBufferSize);
        Answers = After(Output, GuardSize, BatchBufferSize);
        Heap = After(Answers, GuardSize, options.HeapSize);
        Stack = After(Heap, StackGuardSize, options.StackSize);
        StackGuard = new GuestRange(Heap.End, StackGuardSize);
        Memory = new GuestRange(Shared.End, Stack.End - Shared.End);
    }

    public GuestRange Image { get; }

    /// <summary>The part of the image that all sandboxes share, from its start; may be empty.</summary>
    public GuestRange Shared { get; }

    public GuestRange Boot { get; }

    public GuestRange Input { get; }

    /// <summary>The calls of a batch.</summary>
    public GuestRange Calls { get; }

    public GuestRange Output { get; }

    /// <summary>Answers to the calls of a batch.</summary>
    public GuestRange Answers { get; }

    public GuestRange Heap { get; }

    public GuestRange StackGuard { get; }

    public GuestRange Stack { get; }

    /// <summary>All behind the shared part: what is backed by one block of host memory for each sandbox.</summary>
    public GuestRange Memory { get; }

    /// <summary>All of it and a guard page on either side: what a mapped region must stay clear of.</summary>
    public GuestRange Reserved => new(Image.Start - GuardSize, Stack.End - Image.Start + (2 * GuardSize));

    /// <summary>At the guest's start, as if the entry had been called: 8 below a multiple of 16.</summary>
    public GuestAddress InitialStackPointer => Stack.End - 8;

    /// <param name="image">The guest.</param>
    /// <param name="options">Validated options.</param>
    public static SandboxLayout For(GuestImage image, SandboxOptions options) => new(image, options);

    /// <summary>What a guest may do with each part but the image.</summary>
    public IEnumerable<(GuestRange Range, MemoryAccess Access)> Parts() =>
    [
        (Boot, MemoryAccess.Read),
        (Input, MemoryAccess.Read),
        (Calls, MemoryAccess.Read),
        (Output, MemoryAccess.Read | MemoryAccess.Write),
        (Answers, MemoryAccess.Read | MemoryAccess.Write),
        (Heap, MemoryAccess.Read | MemoryAccess.Write),
        (Stack, MemoryAccess.Read | MemoryAccess.Write),
    ];

    /// <summary>Where a guest address behind the shared part lies in the block of host memory, in bytes.</summary>
    public ulong OffsetOf(GuestAddress address) => address - Memory.Start;

    private static GuestRange After(GuestRange previous, ulong guard, ulong size) => new(previous.End + guard, GuestAddress.RoundUpToPages(size));
}
