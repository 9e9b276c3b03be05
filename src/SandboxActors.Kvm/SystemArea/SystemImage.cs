using System.Collections.Concurrent;
using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// What is the same in all machines that open the same ports, and read-only in all of them: descriptor tables, exception stub, resume trampoline. There is
/// one for the whole process, mapped into each machine in a read-only slot, so that not even code at CPL0 could change what others run on.
/// </summary>
internal sealed class SystemImage
{
    // Kept for the life of the process: a few pages for each set of ports, of which a program has one or two.
    private static readonly ConcurrentDictionary<string, Lazy<SystemImage>> ByPorts = new(StringComparer.Ordinal);

    private readonly bool[] _isPortOpen;

    private SystemImage(GuestMemoryBlock block, bool[] isPortOpen)
    {
        Block = block;
        _isPortOpen = isPortOpen;
    }

    /// <summary>The pages, of <see cref="SystemLayout.SharedLength"/> bytes.</summary>
    public GuestMemoryBlock Block { get; }

    /// <summary>Whether guests may write to a port.</summary>
    public bool IsPortOpen(ushort port) => port < _isPortOpen.Length && _isPortOpen[port];

    /// <summary>The one for machines with some ports.</summary>
    /// <exception cref="ArgumentException">A port that cannot be opened.</exception>
    /// <exception cref="MachineException">There is no memory for it.</exception>
    public static SystemImage For(IReadOnlyList<ushort> openPorts)
    {
        string key = string.Join(',', openPorts.Order().Select(port => port.ToString(CultureInfo.InvariantCulture)));
        return ByPorts.GetOrAdd(key, _ => new Lazy<SystemImage>(() => Create(openPorts), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    private static SystemImage Create(IReadOnlyList<ushort> openPorts)
    {
        bool[] isPortOpen = CheckPorts(openPorts);
        GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate(SystemLayout.SharedLength);
        block.Populate(0, (int)SystemLayout.SharedLength);
        GlobalDescriptorTable.Write(block.Slice(SystemLayout.DescriptorsOffset, GlobalDescriptorTable.Length), SystemLayout.TaskState);
        TaskStateSegment.Write(block.Slice(SystemLayout.TaskStateOffset, TaskStateSegment.Length), ExceptionStub.StackTop, openPorts);
        InterruptTable.Write(block.Slice(SystemLayout.InterruptTableOffset, InterruptTable.Length));
        ExceptionStub.Write(block.Slice(SystemLayout.StubOffset, ExceptionStub.Length));
        ShadowReserve.WriteCode(block.Slice(SystemLayout.ShadowReserveCodeOffset, ShadowReserve.CodeLength));
        ResumeTrampoline.WriteCode(block.Slice(SystemLayout.ResumeCodeOffset, GuestAddress.PageSize));
        return new SystemImage(block, isPortOpen);
    }

    private static bool[] CheckPorts(IReadOnlyList<ushort> ports)
    {
        var open = new bool[TaskStateSegment.PortCount];
        foreach (ushort port in ports)
        {
            // The processor asks for the bits of all four ports that an access covers, so those of the three behind it are cleared too.
            int end = port + TaskStateSegment.PortsPerAccess;
            if (end > TaskStateSegment.PortCount || (port <= ExceptionStub.Port && ExceptionStub.Port < end))
            {
                throw new ArgumentException(
                    $"Port 0x{port:x} cannot be opened: four ports from it must lie below 0x100 and leave out 0x{ExceptionStub.Port:x}.", nameof(ports));
            }

            open[port] = true;
        }

        return open;
    }
}
