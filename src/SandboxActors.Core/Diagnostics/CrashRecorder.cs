using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Machines;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// Takes the evidence when a guest is poisoned, while its memory is as it left it. What cannot be taken is noted in the report and changes nothing
/// about the poison.
/// </summary>
internal sealed class CrashRecorder(MicroVm vm)
{
    private const int StackTopSize = 256;
    private const int CodeBefore = 16;
    private const int CodeBehind = 48;

    private readonly IVirtualMachine _machine = vm.Machine;
    private readonly SandboxMemory _memory = vm.Memory;
    private readonly RegionMap _regions = vm.Regions;

    /// <summary>Makes the report of a guest that stands where it was poisoned.</summary>
    public CrashReport Record(long sandboxId, GuestPoisonException poison, DateTimeOffset time)
    {
        SandboxLayout layout = _memory.Layout;
        List<string>? problems = null;
        var map = new MemoryMap(_memory.Image, layout, [.. _regions.All.Select(static region => (region.Range, region.Access))]);
        GeneralRegisters? registers = Take<GeneralRegisters?>("registers", () => _machine.ReadGuestRegisters(), ref problems);
        StackWalk? callers = null;
        byte[] stackTop = [], code = [];
        GuestAddress codeStart = default;
        if (registers is { } general)
        {
            callers = Take("stack trace", () => StackWalk.Follow(general.Rbp, layout.Stack, _memory.Copy), ref problems);
            stackTop = Take("top of the stack", () => CopyStackTop(general.Rsp), ref problems) ?? [];
            code = Take("code", () => CopyMappedCode(new GuestAddress(general.Rip), out codeStart), ref problems) ?? [];
        }

        var evidence = new CrashEvidence(
            map,
            registers,
            callers,
            ImmutableCollectionsMarshal.AsImmutableArray(stackTop),
            ImmutableCollectionsMarshal.AsImmutableArray(code),
            codeStart,
            problems is null ? [] : [.. problems]);
        return new CrashReport(sandboxId, poison.Function, poison.Reason, time, evidence);
    }

    private byte[] CopyStackTop(ulong stackPointer)
    {
        GuestRange stack = _memory.Layout.Stack;
        if (!stack.Contains(new GuestAddress(stackPointer))) return [];
        byte[] copy = new byte[Math.Min(StackTopSize, stack.End.Value - stackPointer)];
        _memory.Copy(new GuestAddress(stackPointer), copy);
        return copy;
    }

    // The image's own code need not be copied: it never changes.
    private byte[] CopyMappedCode(GuestAddress instruction, out GuestAddress start)
    {
        start = default;
        MappedRegion? region = _regions.All.FirstOrDefault(region => region.Range.Contains(instruction));
        if (region is null || !region.Access.HasFlag(MemoryAccess.Execute)) return [];
        ulong offset = instruction - region.Range.Start;
        ulong first = offset - Math.Min(offset, CodeBefore);
        byte[] copy = new byte[Math.Min(region.Range.Length - first, offset - first + CodeBehind)];
        if (!region.Memory.TryRead(first, copy)) throw new IOException("the mapped file has become shorter");
        start = region.Range.Start + first;
        return copy;
    }

    private static T? Take<T>(string what, Func<T> take, ref List<string>? problems)
    {
        try
        {
            return take();
        }
#pragma warning disable CA1031 // Whatever it was: the report says what it lacks and why, and the poison is what it was.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            (problems ??= []).Add($"{what}: {failure.Message}");
            return default;
        }
    }
}
