using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>What KVM counts of a VM (Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD).</summary>
internal static class KvmStatistics
{
    private const int MostBytes = 1 << 20;
    private static readonly int DescriptorLength = Marshal.SizeOf<kvm_stats_desc>();

    /// <summary>Reads one of a VM's numbers.</summary>
    /// <param name="vm">A VM of a KVM that has statistics.</param>
    /// <param name="name">As in <c>/sys/kernel/debug/kvm</c>.</param>
    /// <returns>Null if this KVM does not count it.</returns>
    /// <exception cref="MachineException">The kernel refused, or what it says is not laid out as it says.</exception>
    public static ulong? Read(KvmVmHandle vm, string name)
    {
        int descriptor = KvmIoctl.Call(vm, KvmRequests.KVM_GET_STATS_FD, "KVM_GET_STATS_FD");
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        var buffer = new byte[4096];
        int length = 0;
        try
        {
            while (RandomAccess.Read(file, buffer.AsSpan(length), length) is int read and > 0)
            {
                length += read;
                if (length == buffer.Length && length < MostBytes) Array.Resize(ref buffer, 2 * length);
            }

            return Find(buffer.AsSpan(0, length), name);
        }
        catch (Exception failure) when (failure is IOException or ArgumentException)
        {
            throw new MachineException("read of a VM's statistics", 0, failure.Message);
        }
    }

    /// <summary>Finds a number in what the kernel says.</summary>
    /// <exception cref="ArgumentException">It is cut off.</exception>
    internal static ulong? Find(ReadOnlySpan<byte> statistics, string name)
    {
        var header = MemoryMarshal.Read<kvm_stats_header>(statistics);
        ulong length = (ulong)DescriptorLength + (ulong)header.name_size;
        for (ulong i = 0; i < header.num_desc; i++)
        {
            ReadOnlySpan<byte> descriptor = Part(statistics, header.desc_offset + (i * length), length);
            ReadOnlySpan<byte> itsName = descriptor[DescriptorLength..];
            int end = itsName.IndexOf((byte)0);
            if (end < 0 || !Ascii.Equals(itsName[..end], name)) continue;
            var described = MemoryMarshal.Read<kvm_stats_desc>(descriptor);
            return MemoryMarshal.Read<ulong>(Part(statistics, header.data_offset + (ulong)described.offset, sizeof(ulong)));
        }

        return null;
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> of, ulong offset, ulong length)
    {
        if (offset > (ulong)of.Length || length > (ulong)of.Length - offset)
            throw new ArgumentException($"{length} bytes at {offset} lie behind the {of.Length} that were read.", nameof(of));
        return of.Slice((int)offset, (int)length);
    }
}
