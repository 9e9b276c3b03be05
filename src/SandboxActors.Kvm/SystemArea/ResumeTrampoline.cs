using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// A few instructions at CPL3 that load the extended state (x87, SSE, AVX) on the way back into a guest that was restored, so that no ioctl has to; those
/// cost a load and a put of the whole vCPU. Both pages are the host's: the guest can run the one and read the other, and write neither.
/// </summary>
/// <remarks>
/// The data page holds zeros until it is used for the first time, and from then on the state that was written last, and nothing else: what a guest reads
/// there it was given. A guest that jumps here by itself gets that state's registers, which a restore gave it before; or, of zeros, faults.
/// </remarks>
internal static class ResumeTrampoline
{
    /// <summary>Bytes of an XSAVE image for which there is room.</summary>
    public const int LargestImage = RaxOffset;

    private const int RaxOffset = GuestAddress.PageSize - 64;
    private const int RdxOffset = RaxOffset + 8;
    private const int RipOffset = RaxOffset + 16;

    // An instruction has at most 15 bytes. A KVM that finishes the guest's latest one at the next entry by adding its length to RIP, wherever RIP is by
    // then, ends among them.
    private const int LeadingNops = 16;

    private const byte Nop = 0x90;
    private const byte Breakpoint = 0xCC;

    private static ReadOnlySpan<byte> LoadExtendedState => [0x48, 0x0F, 0xAE, 0x2D]; // xrstor64 [rip + disp32]; takes all that EDX:EAX and XCR0 name
    private static ReadOnlySpan<byte> LoadRax => [0x48, 0x8B, 0x05]; // mov rax, [rip + disp32]
    private static ReadOnlySpan<byte> LoadRdx => [0x48, 0x8B, 0x15]; // mov rdx, [rip + disp32]
    private static ReadOnlySpan<byte> Jump => [0xFF, 0x25]; // jmp [rip + disp32]

    /// <summary>Whether an instruction pointer is in the trampoline.</summary>
    public static bool Contains(ulong instructionPointer) => instructionPointer - SystemLayout.ResumeCode.Value < GuestAddress.PageSize;

    /// <summary>Writes the code.</summary>
    /// <param name="page">The whole code page.</param>
    public static void WriteCode(Span<byte> page)
    {
        page.Fill(Breakpoint);
        page[..LeadingNops].Fill(Nop);
        int at = LeadingNops;
        Emit(page, ref at, LoadExtendedState, 0);
        Emit(page, ref at, LoadRax, RaxOffset);
        Emit(page, ref at, LoadRdx, RdxOffset);
        Emit(page, ref at, Jump, RipOffset);
    }

    /// <summary>Writes what the code loads.</summary>
    /// <param name="page">The whole data page.</param>
    /// <param name="image">An XSAVE image, of which what there is room for is taken; none at all if the page holds it already.</param>
    /// <param name="registers">The registers that the guest goes on with.</param>
    /// <returns>The registers to enter the guest with, for it to get there.</returns>
    public static GeneralRegisters Prepare(Span<byte> page, ReadOnlySpan<byte> image, in GeneralRegisters registers)
    {
        image[..Math.Min(image.Length, LargestImage)].CopyTo(page);
        BinaryPrimitives.WriteUInt64LittleEndian(page[RaxOffset..], registers.Rax);
        BinaryPrimitives.WriteUInt64LittleEndian(page[RdxOffset..], registers.Rdx);
        BinaryPrimitives.WriteUInt64LittleEndian(page[RipOffset..], registers.Rip);
        return registers with { Rax = uint.MaxValue, Rdx = uint.MaxValue, Rip = SystemLayout.ResumeCode.Value };
    }

    private static void Emit(Span<byte> page, ref int at, ReadOnlySpan<byte> opcode, int dataOffset)
    {
        opcode.CopyTo(page[at..]);
        at += opcode.Length + sizeof(int);
        ulong next = SystemLayout.ResumeCode.Value + (ulong)at;
        int displacement = (int)(SystemLayout.ResumeData.Value + (ulong)dataOffset - next);
        BinaryPrimitives.WriteInt32LittleEndian(page[(at - sizeof(int))..], displacement);
    }
}
