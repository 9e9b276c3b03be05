using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <content>
/// Guest memory. The window is a span of the slot that was last used, so that most accesses need no search; what crosses a page, or lies outside the
/// window, is copied part by part. Little-endian hosts only, as .NET's are.
/// </content>
internal ref partial struct Cpu
{
    private const int PageSize = GuestAddress.PageSize;
    private const int PageShift = 12;

    // Whole pages that fit a span. A slot that is larger is never in the window.
    private const ulong LargestWindow = int.MaxValue & ~(PageSize - 1);

    /// <summary>The bit of a page fault's error code that says that the access was to write.</summary>
    public const uint ErrorWrite = 2;

    private const uint ErrorPresent = 1;
    private const uint ErrorUser = 4;
    private const uint ErrorFetch = 0x10;

    /// <summary>Reads a value at an address, aligned or not.</summary>
    /// <exception cref="ProcessorTrapException">A fault.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read<T>(ulong address)
        where T : unmanaged
    {
        if (TryFindReadable<T>(address, out int offset)) return Load<T>(offset);
        return ReadSlowly<T>(address);
    }

    /// <summary>Writes a value at an address, aligned or not: all of it, or on a fault nothing.</summary>
    /// <exception cref="ProcessorTrapException">A fault.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<T>(ulong address, T value)
        where T : unmanaged
    {
        if (TryFindWritten<T>(address, out int offset)) Store(offset, value);
        else WriteSlowly(address, value);
    }

    /// <summary>Finds a value in the window that can be read without more ado: it crosses no page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryFindReadable<T>(ulong address, out int offset)
        where T : unmanaged
    {
        ulong distance = address - WindowStart;
        ulong page = distance >> PageShift;
        offset = (int)distance;
        return page < (ulong)WindowPermissions.Length && WindowPermissions[(int)page] != 0 && FitsPage<T>(offset);
    }

    /// <summary>The same for a value that can be written without anything to be noted: its page has been written before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryFindWritten<T>(ulong address, out int offset)
        where T : unmanaged
    {
        ulong distance = address - WindowStart;
        ulong page = distance >> PageShift;
        offset = (int)distance;
        return page < (ulong)WindowPermissions.Length && WindowPermissions[(int)page] >= PagePermission.Written && FitsPage<T>(offset);
    }

    /// <summary>Reads from the window; tested against its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T Load<T>(int offset)
        where T : unmanaged => MemoryMarshal.Read<T>(Window[offset..]);

    /// <summary>Writes to the window; tested against its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<T>(int offset, T value)
        where T : unmanaged => MemoryMarshal.Write(Window[offset..], value);

    /// <summary>The bytes from an address to the end of its page, if the page is in the window and has a permission; otherwise none.</summary>
    /// <param name="address">Where to begin.</param>
    /// <param name="permission"><see cref="PagePermission.Read"/>, or <see cref="PagePermission.Written"/>.</param>
    public readonly Span<byte> FindRestOfPage(ulong address, byte permission)
    {
        ulong distance = address - WindowStart;
        ulong page = distance >> PageShift;
        if (page >= (ulong)WindowPermissions.Length || (WindowPermissions[(int)page] & permission) == 0) return default;
        int offset = (int)distance;
        return Window.Slice(offset, PageSize - (offset & (PageSize - 1)));
    }

    /// <summary>Faults unless a range can be written. For instructions that write only after they have changed something else.</summary>
    /// <exception cref="ProcessorTrapException">A fault.</exception>
    public void CheckWritable(ulong address, int length) => Check(address, length, PagePermission.Write, ErrorUser | ErrorWrite);

    /// <summary>
    /// The bytes of an instruction, as many as can be fetched up to the longest instruction's length.
    /// </summary>
    /// <exception cref="ProcessorTrapException">Not even the first byte can be fetched.</exception>
    public void Fetch(ulong address, Span<byte> code)
    {
        Check(address, code.Length, PagePermission.Execute, ErrorUser | ErrorFetch);
        CopyOut(address, code);
    }

    /// <summary>How many bytes can be fetched from an address on, up to a length.</summary>
    public readonly int CountFetchable(ulong address, int length)
    {
        int count = 0;
        while (count < length)
        {
            ulong at = address + (ulong)count;
            if (_slots.Find(at) is not { } slot || (slot.Permissions[slot.PageOf(at)] & PagePermission.Execute) == 0) break;
            count += PageSize - ((int)at & (PageSize - 1));
        }

        return Math.Min(count, length);
    }

    /// <summary>Whether guest memory at an address is these bytes, and they can be executed.</summary>
    public bool IsCode(ulong address, ReadOnlySpan<byte> bytes) => CountFetchable(address, bytes.Length) == bytes.Length && IsSame(address, bytes);

    /// <summary>Whether guest memory at an address is these bytes.</summary>
    public bool IsSame(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (_slots.Find(address) is not { } slot) return false;
        ulong offset = address - slot.Range.Start.Value;
        if ((ulong)bytes.Length > slot.Range.Length - offset)
        {
            int first = (int)(slot.Range.Length - offset);
            return IsSame(address, bytes[..first]) && IsSame(address + (ulong)first, bytes[first..]);
        }

        if (slot.Held.TrySlice(offset, bytes.Length, out Span<byte> current)) return bytes.SequenceEqual(current);
        byte[] copy = new byte[bytes.Length];
        return slot.Held.TryRead(offset, copy) && bytes.SequenceEqual(copy);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T ReadSlowly<T>(ulong address)
        where T : unmanaged
    {
        T value = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        Check(address, bytes.Length, PagePermission.Read, ErrorUser);
        CopyOut(address, bytes);
        OpenWindow(address);
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteSlowly<T>(ulong address, T value)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value));
        CheckWritable(address, bytes.Length);
        CopyIn(address, bytes);
        OpenWindow(address);
    }

    // Checked before: all of it can be written.
    private readonly void CopyIn(ulong address, ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            MemorySlot slot = Part(address + (ulong)done, bytes.Length - done, out ulong offset, out int length);
            slot.Held.Write(offset, bytes.Slice(done, length));
            slot.NoteWritten(address + (ulong)done);
            done += length;
        }
    }

    private readonly void CopyOut(ulong address, Span<byte> bytes)
    {
        if (!TryCopyOut(address, bytes)) throw ProcessorTrapException.Ended(VmExit.LostMemory);
    }

    // False if the memory behind a slot is gone.
    private readonly bool TryCopyOut(ulong address, Span<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            MemorySlot slot = Part(address + (ulong)done, bytes.Length - done, out ulong offset, out int length);
            if (!slot.Held.TryRead(offset, bytes.Slice(done, length))) return false;
            done += length;
        }

        return true;
    }

    // The part of an access that lies in one page. Checked before: there is a slot.
    private readonly MemorySlot Part(ulong address, int wanted, out ulong offset, out int length)
    {
        MemorySlot slot = _slots.Find(address) ?? throw ProcessorTrapException.PageFault(address, ErrorUser);
        offset = address - slot.Range.Start.Value;
        length = Math.Min(wanted, PageSize - ((int)address & (PageSize - 1)));
        return slot;
    }

    private readonly void Check(ulong address, int length, byte permission, uint errorCode)
    {
        if (FindTrap(address, length, permission, errorCode) is { } trap) throw trap;
    }

    // What an access raises, if it raises something.
    private readonly ProcessorTrapException? FindTrap(ulong address, int length, byte permission, uint errorCode)
    {
        if (!IsCanonical(address) || !IsCanonical(address + (ulong)length - 1)) return ProcessorTrapException.NotCanonical();
        ulong page = address;
        while (true)
        {
            MemorySlot? slot = _slots.Find(page);
            byte permitted = slot is null ? (byte)0 : slot.Permissions[slot.PageOf(page)];
            if ((permitted & permission) == 0) return ProcessorTrapException.PageFault(page, permitted == 0 ? errorCode : errorCode | ErrorPresent);
            if (permission == PagePermission.Write && !slot!.IsTracked) return ProcessorTrapException.Ended(VmExit.UnmappedMemory(new GuestAddress(page)));
            ulong next = (page & ~(PageSize - 1UL)) + PageSize;
            if (next - address >= (ulong)length) return null;
            page = next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FitsPage<T>(int offset)
        where T : unmanaged => Unsafe.SizeOf<T>() == 1 || (offset & (PageSize - 1)) <= PageSize - Unsafe.SizeOf<T>();

    private void OpenWindow(ulong address)
    {
        if (_slots.Find(address) is not { } slot || slot.Range.Length > LargestWindow) return;
        if (!slot.Held.TrySlice(0, (int)slot.Range.Length, out Span<byte> window)) return;
        Window = window;
        WindowStart = slot.Range.Start.Value;
        WindowPermissions = slot.Permissions;
    }
}
