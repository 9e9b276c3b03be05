namespace SandboxActors.Machine.Native;

/// <summary>A piece of memory, as <c>&lt;sys/uio.h&gt;</c> has it.</summary>
internal struct @iovec
{
    public nint iov_base;
    public nuint iov_len;
}
