using System.Buffers.Binary;
using SandboxActors.Kvm;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks;

/// <summary>
/// The floor of a call and a restore: a guest of a few instructions that writes a word to each of some pages and exits, and a host that asks the
/// kernel which pages were written, copies those back, and enters it again. The log is never cleared, so no page is protected again.
/// </summary>
internal sealed class BareWriter : IDisposable
{
    private const int DataSlot = 1;

    internal static readonly GuestRange CodePage = new(new GuestAddress(0x40_0000), GuestAddress.PageSize);
    internal static readonly GuestAddress DataStart = new(0x80_0000);

    private readonly GuestMemoryBlock _code = GuestMemoryArena.Shared.Allocate(CodePage.Length);
    private readonly GuestMemoryBlock _data;
    private readonly byte[] _kept;
    private readonly ulong[] _written;
    private readonly KvmMachine _machine;

    public BareWriter(KvmHypervisor hypervisor, int pages)
    {
        var data = new GuestRange(DataStart, (ulong)pages * GuestAddress.PageSize);
        _data = GuestMemoryArena.Shared.Allocate(data.Length);
        _data.Slice(0, (int)data.Length).Fill(1);
        _kept = _data.Slice(0, (int)data.Length).ToArray();
        _written = new ulong[(pages + 63) / 64];
        Assemble(pages).CopyTo(_code.Slice(0, (int)CodePage.Length));
        _machine = (KvmMachine)hypervisor.CreateMachine(new MachineOptions { OpenPorts = [0xE0], Arena = GuestMemoryArena.Shared });
        _machine.MapMemory(0, CodePage, _code, trackWrites: false);
        _machine.Protect(CodePage, MemoryAccess.Read | MemoryAccess.Execute);
        _machine.MapMemory(DataSlot, data, _data, trackWrites: true);
        _machine.Protect(data, MemoryAccess.Read | MemoryAccess.Write);
        _machine.WriteState(_machine.ReadState() with { General = new GeneralRegisters { Rip = CodePage.Start.Value, Rflags = 2 } });
        if (_machine.Run().Kind != VmExitKind.Output) throw new InvalidOperationException("The bare guest did not reach its port.");
    }

    /// <summary>Enters the guest some times, and puts back what it wrote each time.</summary>
    public void Cycle(int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (LibC.ioctl(_machine.VcpuDescriptor, KvmRequests.KVM_RUN, 0) != 0) throw new InvalidOperationException("KVM_RUN failed.");
            _machine.ReadWrittenPages(DataSlot, _written);
            for (int page = 0; page < _kept.Length / (int)GuestAddress.PageSize; page++)
            {
                if ((_written[page / 64] >> (page % 64) & 1) == 0) continue;
                int offset = page * (int)GuestAddress.PageSize;
                _kept.AsSpan(offset, (int)GuestAddress.PageSize).CopyTo(_data.Slice((ulong)offset, (int)GuestAddress.PageSize));
            }
        }
    }

    public void Dispose()
    {
        _machine.Dispose();
        _code.Dispose();
        _data.Dispose();
    }

    internal static byte[] Assemble(int pages)
    {
        byte[] code =
        [
            0x48, 0xC7, 0xC1, 0, 0, 0, 0, // again: mov rcx, pages
            0x48, 0xC7, 0xC7, 0, 0, 0, 0, //        mov rdi, data
            0x48, 0xFF, 0x07, // next:               inc qword ptr [rdi]
            0x48, 0x81, 0xC7, 0, 0x10, 0, 0, //     add rdi, 4096
            0x48, 0xFF, 0xC9, //                    dec rcx
            0x75, 0xF1, //                          jnz next
            0xE7, 0xE0, //                          out 0xE0, eax
            0xEB, 0xDF, //                          jmp again
        ];
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(3), pages);
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(10), (int)DataStart.Value);
        return code;
    }
}
