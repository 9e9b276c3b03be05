using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Image;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Layout;

/// <summary>
/// A guest's memory as the host sees it. Owned by one sandbox and used by its one caller, while the guest is stopped, or looks for its next call: what a
/// guest may write meanwhile is read once.
/// </summary>
internal sealed class SandboxMemory : IDisposable
{
    /// <summary>The memory slot of the sandbox's own memory.</summary>
    public const int Slot = 0;

    /// <summary>The memory slot of what it shares with other sandboxes of its guest.</summary>
    public const int SharedSlot = 1;

    // Of a segment, behind what the guest's file has for it.
    private const ulong MostClearedBytesTouched = 16 * GuestAddress.PageSize;

    private readonly GuestMemoryBlock _block;
    private readonly GuestMemoryBlock? _shared;
    private readonly bool _sharesCode;
    private bool _isCodeChanged;
    private bool _isDisposed;
    private readonly byte[] _shortMessage = new byte[OutputMessage.Short];

    // Where buffers begin, in bytes from the start of the block.
    private readonly ulong _input;
    private readonly ulong _calls;
    private readonly ulong _output;
    private readonly ulong _answers;
    private PageTracker? _pages;
    private int _inputUsed;
    private int _callsUsed;
    private bool _hasBatchBuffers;

    /// <param name="arena">Where it comes from.</param>
    /// <param name="image">The guest.</param>
    /// <param name="layout">What is where in it.</param>
    /// <param name="sharesCode">Whether it has the guest's code and constants together with other sandboxes; if not, they may be changed.</param>
    public SandboxMemory(GuestMemoryArena arena, GuestImage image, SandboxLayout layout, bool sharesCode = true)
    {
        _sharesCode = sharesCode;
        Image = image;
        Layout = layout;
        _input = layout.OffsetOf(layout.Input.Start);
        _calls = layout.OffsetOf(layout.Calls.Start);
        _output = layout.OffsetOf(layout.Output.Start);
        _answers = layout.OffsetOf(layout.Answers.Start);
        _block = arena.Allocate(layout.Memory.Length);
        Words = new CallWords(_block, layout);
        try
        {
            _shared = sharesCode ? image.Shared.Acquire() : image.Shared.Copy();
        }
        catch
        {
            _block.Dispose();
            throw;
        }

        TouchWhatIsWritten();
        foreach (ImageSegment segment in image.Segments.Skip(image.Shared.Count))
            segment.Content.Span.CopyTo(_block.Slice(layout.OffsetOf(segment.Pages.Start), segment.Content.Length));
    }

    /// <summary>The guest whose memory it is.</summary>
    public GuestImage Image { get; }

    public SandboxLayout Layout { get; }

    /// <summary>The boot information, which the host alone writes.</summary>
    public Span<byte> Boot => _block.Slice(Layout.OffsetOf(Layout.Boot.Start), BootInformation.Size);

    /// <summary>The words by which calls are handed over without an exit.</summary>
    public CallWords Words { get; }

    /// <summary>What the guest's pages hold. There once the memory is mapped into a machine.</summary>
    public PageTracker Pages => _pages ?? throw new InvalidOperationException("The memory is not mapped into a machine yet.");

    /// <summary>Gives the memory to a machine, each page with what the guest may do there.</summary>
    public void MapInto(IVirtualMachine machine)
    {
        machine.MapMemory(Slot, Layout.Memory, _block, trackWrites: true);
        if (_shared is not null) machine.MapMemory(SharedSlot, Layout.Shared, _shared, trackWrites: false);
        foreach (ImageSegment segment in Image.Segments) machine.Protect(segment.Pages, segment.Access);
        foreach ((GuestRange range, MemoryAccess access) in Layout.Parts()) machine.Protect(range, access);
        _pages = new PageTracker(machine, Slot, _block, Layout, Image);
    }

    /// <summary>What a guest may do at an address of its own memory.</summary>
    public MemoryAccess AccessAt(GuestAddress address)
    {
        foreach (ImageSegment segment in Image.Segments)
            if (segment.Pages.Contains(address)) return segment.Access;
        foreach ((GuestRange range, MemoryAccess access) in Layout.Parts())
            if (range.Contains(address)) return access;
        return Layout.Memory.Contains(address) || Layout.Image.Contains(address) ? MemoryAccess.Guard : MemoryAccess.None;
    }

    /// <summary>Copies what stands at an address of the guest's own memory: for whoever looks at a guest that has ended.</summary>
    public void Copy(GuestAddress address, Span<byte> copy)
    {
        if (Layout.Shared.Contains(address)) _shared!.Read(address - Layout.Shared.Start, copy.Length).CopyTo(copy);
        else _block.Read(Layout.OffsetOf(address), copy.Length).CopyTo(copy);
    }

    /// <summary>Whether memory at an address is what the guest works with, or its own code: no other sandbox's, and none that the host alone writes.</summary>
    public bool IsGuestsOwn(GuestAddress address)
    {
        bool isHosts = Layout.Boot.Contains(address) || Layout.Input.Contains(address) || Layout.Calls.Contains(address);
        return !isHosts && (!_sharesCode || !Layout.Shared.Contains(address)) && (AccessAt(address) & ~MemoryAccess.Guard) != 0;
    }

    /// <summary>Writes what a debugger wants to stand at an address.</summary>
    /// <param name="address">One that <see cref="IsGuestsOwn"/>.</param>
    /// <param name="bytes">The bytes, in one page.</param>
    public void WriteForDebugger(GuestAddress address, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(OwnBytes(address, bytes.Length));
        if (Layout.Shared.Contains(address)) _isCodeChanged = true;
        else Pages.NoteHostWrite(Layout.OffsetOf(address), bytes.Length);
    }

    /// <summary>Puts a byte in the place of another, which is put back before anybody looks.</summary>
    /// <param name="address">One that <see cref="IsGuestsOwn"/>.</param>
    /// <param name="value">The byte.</param>
    /// <returns>The other.</returns>
    public byte Exchange(GuestAddress address, byte value)
    {
        ref byte place = ref OwnBytes(address, 1)[0];
        (byte other, place) = (place, value);
        return other;
    }

    /// <summary>Has code and constants be what the guest's file says, if a debugger has changed them.</summary>
    public void PutBackCode()
    {
        if (!_isCodeChanged) return;
        Image.Shared.CopyTo(_shared!);
        _isCodeChanged = false;
    }

    /// <summary>
    /// Whether the page at an address may hold anything but zeros, as of the log's latest look at it. One that may not was perhaps never touched, and
    /// is better not read either.
    /// </summary>
    public bool MayHoldSomething(GuestAddress page) =>
        Layout.Boot.Contains(page)
        || Layout.Shared.Contains(page)
        || (Layout.Input.Contains(page) && page - Layout.Input.Start < (ulong)_inputUsed)
        || (Layout.Calls.Contains(page) && page - Layout.Calls.Start < (ulong)_callsUsed)
        || Pages.MayHoldSomething(Layout.OffsetOf(page));

    /// <summary>The input buffer from an offset on. Whoever writes there says so: <see cref="NoteInput"/>.</summary>
    public Span<byte> InputFrom(int offset) => _block.Slice(_input + (ulong)offset, (int)Layout.Input.Length - offset);

    /// <summary>The input buffer may have been written up to here.</summary>
    public void NoteInput(int end) => _inputUsed = Math.Max(_inputUsed, end);

    /// <summary>The buffer of calls from an offset on. Whoever writes there says so: <see cref="NoteCalls"/>.</summary>
    public Span<byte> CallsFrom(int offset) => _block.Slice(_calls + (ulong)offset, (int)Layout.Calls.Length - offset);

    /// <summary>The buffer of calls may have been written up to here.</summary>
    public void NoteCalls(int end) => _callsUsed = Math.Max(_callsUsed, end);

    /// <summary>Has memory for the first calls of a batch and their answers, of which most sandboxes never see one. To be called before any is written.</summary>
    public void PrepareBatch()
    {
        if (_hasBatchBuffers) return;
        Pages.NoteHostWrite(_answers, 1);
        Touch(Layout.Calls.Start, Layout.Calls.Start + GuestAddress.PageSize);
        Touch(Layout.Answers.Start, Layout.Answers.Start + GuestAddress.PageSize);
        _hasBatchBuffers = true;
    }

    /// <summary>Says that a batch is there, with so many calls, and no answers yet.</summary>
    public void BeginBatch(int count)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(InputFrom(0), GuestAbi.BatchMark | (uint)count);
        NoteInput(sizeof(uint));
        ClearAnswerHeader();
    }

    /// <summary>How many answers to the calls of a batch are there, as the guest says.</summary>
    public uint ReadAnswerCount() =>
        BinaryPrimitives.ReadUInt32LittleEndian(_block.Read(_answers, sizeof(uint)));

    /// <summary>Copies answers, and whatever else stands there, from an offset of the buffer of answers on.</summary>
    public void CopyAnswers(int offset, Span<byte> copy) =>
        _block.Read(_answers + (ulong)offset, copy.Length).CopyTo(copy);

    /// <summary>Clears answers that have been taken.</summary>
    public void ClearAnswers(int offset, int length) => ClearWrittenByGuest(_answers + (ulong)offset, length);

    /// <summary>From now on no answer is there.</summary>
    public void ClearAnswerHeader() => ClearAnswers(0, GuestAbi.AnswersHeaderSize);

    /// <summary>
    /// Copies a message out of the output buffer, or the buffer of answers, and clears it there. The guest wrote both its place and its length: each is
    /// read once and tested before anything is made of it, and the message is copied before anybody looks at it. The guest may run meanwhile.
    /// </summary>
    /// <param name="place">What the guest passed with its <c>out</c>, or in its word.</param>
    /// <returns>The message; to be disposed before the next one is taken.</returns>
    /// <exception cref="WireFormatException">It does not lie in the buffer; nothing was changed.</exception>
    public OutputMessage TakeOutput(uint place)
    {
        bool isInAnswers = (place & GuestAbi.InAnswers) != 0;
        uint offset = place & ~GuestAbi.InAnswers;
        ulong start = isInAnswers ? _answers : _output;
        Span<byte> output = _block.Slice(start, (int)(isInAnswers ? Layout.Answers : Layout.Output).Length);
        if (offset > output.Length - GuestAbi.SizePrefix)
            throw new WireFormatException($"its offset {offset} lies outside the buffer of {output.Length} bytes");
        Span<byte> rest = output[(int)offset..];
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (length > rest.Length - GuestAbi.SizePrefix)
            throw new WireFormatException($"its length {length} at offset {offset} exceeds the buffer of {output.Length} bytes");
        OutputMessage message = OutputMessage.Copy(rest.Slice(GuestAbi.SizePrefix, (int)length), _shortMessage);
        Span<byte> taken = rest[..(GuestAbi.SizePrefix + (int)length)];
        Pages.NoteHostWrite(start + offset, taken.Length);
        taken.Clear();
        return message;
    }

    /// <summary>Clears the parts of the input buffer and of the buffer of calls that were written.</summary>
    public void CleanInput()
    {
        _block.Slice(_input, _inputUsed).Clear();
        _inputUsed = 0;
        if (_callsUsed == 0) return;
        _block.Slice(_calls, _callsUsed).Clear();
        _callsUsed = 0;
    }

    /// <summary>
    /// Clears whatever the guest has written to the output buffer and to the buffer of answers. Costs a look at the dirty log, so it is for calls
    /// that ended badly.
    /// </summary>
    public void CleanOutput()
    {
        Pages.FindWritten();
        foreach (GuestRange buffer in new[] { Layout.Output, Layout.Answers })
            for (GuestAddress page = buffer.Start; page < buffer.End; page += GuestAddress.PageSize)
                if (Pages.MayHoldSomething(Layout.OffsetOf(page))) ClearWrittenByGuest(Layout.OffsetOf(page), GuestAddress.PageSize);
    }

    /// <summary>Whether all buffers hold nothing but zeros. Looks at all of them: for tests.</summary>
    public bool BuffersAreClean() => IsZero(Layout.Input) && IsZero(Layout.Calls) && IsZero(Layout.Output) && IsZero(Layout.Answers);

    /// <summary>All of it: for tests.</summary>
    internal ReadOnlySpan<byte> All => _block.Read(0, checked((int)Layout.Memory.Length));

    /// <summary>Fills a part with a word, as if the guest had: for tests.</summary>
    internal void FillAsGuest(GuestRange part, ulong word)
    {
        ulong offset = Layout.OffsetOf(part.Start);
        Pages.NoteHostWrite(offset, (int)part.Length);
        MemoryMarshal.Cast<byte, ulong>(_block.Slice(offset, (int)part.Length)).Fill(word);
    }

    /// <summary>Gives the memory back, after the machine.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _block.Dispose();
        if (_sharesCode) Image.Shared.Release();
        else _shared?.Dispose();
    }

    // The pages that the host fills or any call writes to; and those that a guest is likely to read before it writes, but not all of a large array.
    private void TouchWhatIsWritten()
    {
        foreach (ImageSegment segment in Image.Segments.Skip(Image.Shared.Count))
        {
            GuestAddress filled = segment.Pages.Start + GuestAddress.RoundUpToPages((ulong)segment.Content.Length);
            Touch(segment.Pages.Start, filled + Math.Min(segment.Pages.End - filled, MostClearedBytesTouched));
        }

        foreach (GuestRange part in new[] { Layout.Boot, Layout.Input, Layout.Output, Layout.Heap }) Touch(part.Start, part.Start + GuestAddress.PageSize);
        Touch(Layout.Stack.End - GuestAddress.PageSize, Layout.Stack.End);
    }

    private Span<byte> OwnBytes(GuestAddress address, int length) => Layout.Shared.Contains(address)
        ? _shared!.Slice(address - Layout.Shared.Start, length)
        : _block.Slice(Layout.OffsetOf(address), length);

    private void Touch(GuestAddress start, GuestAddress end) => _block.Populate(Layout.OffsetOf(start), (int)(end - start));

    private void ClearWrittenByGuest(ulong offset, int length)
    {
        Pages.NoteHostWrite(offset, length);
        _block.Slice(offset, length).Clear();
    }

    private bool IsZero(GuestRange range) => !_block.Read(Layout.OffsetOf(range.Start), (int)range.Length).ContainsAnyExcept((byte)0);
}
