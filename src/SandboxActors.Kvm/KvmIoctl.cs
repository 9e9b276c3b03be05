using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>ioctls that must succeed.</summary>
internal static class KvmIoctl
{
    /// <summary>
    /// Makes a request whose argument is a number or nothing. One that a signal broke off is made again: none of these had an effect then.
    /// </summary>
    /// <returns>What the kernel returned, not negative.</returns>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public static int Call(SafeHandle descriptor, nuint request, string operation, nint argument = 0)
    {
        while (true)
        {
            int result = LibC.ioctl(descriptor, request, argument);
            if (result >= 0) return result;
            int errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR) throw MachineException.FromErrno(operation, errno);
        }
    }

    /// <summary>Makes a request that takes a structure, or fills it.</summary>
    /// <inheritdoc cref="Call" path="/returns|/exception"/>
    public static unsafe int Call<T>(SafeHandle descriptor, nuint request, string operation, ref T argument)
        where T : unmanaged
    {
        // SAFETY: the structure is pinned during the call, and the request's number carries its size (or, for the requests that end in an array, the
        // structure itself says how many elements follow, and the caller has laid them out behind it).
        fixed (T* pointer = &argument)
        {
            return Call(descriptor, request, operation, (nint)pointer);
        }
    }
}
