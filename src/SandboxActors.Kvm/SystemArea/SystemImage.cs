using System.Collections.Concurrent;
using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// What is the same in all machines that open the same ports, and read-only in all of them: descriptor tables, exception stub, resume trampoline. There is
/// one for the whole process, mapped into each machine in a read-only slot, so that not even code at CPL0 could change what others run on.
/// </summary>
internal static class SystemImage
{
    // Kept for the life of the process: a few pages for each set of ports, of which a program has one or two.
    private static readonly ConcurrentDictionary<string, Lazy<GuestMemoryBlock>> ByPorts = new(StringComparer.Ordinal);

    /// <summary>The pages of <see cref="SystemLayout.SharedLength"/> bytes, for machines with some ports.</summary>
    /// <param name="openPorts">The ports, checked.</param>
    /// <exception cref="MachineException">There is no memory for it.</exception>
    public static GuestMemoryBlock For(IReadOnlyList<ushort> openPorts)
    {
        string key = string.Join(',', openPorts.Order().Select(port => port.ToString(CultureInfo.InvariantCulture)));
        return ByPorts.GetOrAdd(key, _ => new Lazy<GuestMemoryBlock>(() => Create(openPorts), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    private static GuestMemoryBlock Create(IReadOnlyList<ushort> openPorts)
    {
        GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate(SystemLayout.SharedLength);
        block.Populate(0, (int)SystemLayout.SharedLength);
        GlobalDescriptorTable.Write(block.Slice(SystemLayout.DescriptorsOffset, GlobalDescriptorTable.Length), SystemLayout.TaskState);
        TaskStateSegment.Write(block.Slice(SystemLayout.TaskStateOffset, TaskStateSegment.Length), ExceptionStub.StackTop, openPorts);
        InterruptTable.Write(block.Slice(SystemLayout.InterruptTableOffset, InterruptTable.Length));
        ExceptionStub.Write(block.Slice(SystemLayout.StubOffset, ExceptionStub.Length));
        ResumeTrampoline.WriteCode(block.Slice(SystemLayout.ResumeCodeOffset, GuestAddress.PageSize));
        return block;
    }
}
