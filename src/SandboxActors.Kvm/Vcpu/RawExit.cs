using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm;

/// <summary>What the run page says about an exit, copied out once.</summary>
internal readonly struct RawExit
{
    /// <summary>One of <c>KVM_EXIT_</c>.</summary>
    public uint Reason { get; private init; }

    /// <summary>For I/O: the port.</summary>
    public ushort Port { get; private init; }

    /// <summary>For I/O: whether it is one <c>out</c> of four bytes, and no <c>in</c>, other size, or string of them.</summary>
    public bool IsSingleOutputOf4Bytes { get; private init; }

    /// <summary>For one <c>out</c> of four bytes: the bytes.</summary>
    public uint Value { get; private init; }

    /// <summary>
    /// Otherwise: the first word of the reason's own part of the run page (a physical address, a sub-error, the hardware's reason).
    /// </summary>
    public ulong Detail { get; private init; }

    /// <summary>Reads the run page after KVM_RUN.</summary>
    /// <param name="run">The run page; mapped, and the vCPU not running.</param>
    public static unsafe RawExit Read(kvm_run* run)
    {
        // SAFETY: the caller holds the mapping. The kernel wrote the offset of the data, and it lies in the mapping: the page behind the first.
        if (run->exit_reason != KvmConstants.KVM_EXIT_IO)
            return new RawExit { Reason = run->exit_reason, Detail = run->hardware_entry_failure_reason };
        bool single = run->io_direction == KvmConstants.KVM_EXIT_IO_OUT && run->io_size == sizeof(uint) && run->io_count == 1;
        return new RawExit
        {
            Reason = KvmConstants.KVM_EXIT_IO,
            Port = run->io_port,
            IsSingleOutputOf4Bytes = single,
            Value = single ? *(uint*)((byte*)run + run->io_data_offset) : 0,
        };
    }
}
