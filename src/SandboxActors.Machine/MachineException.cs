namespace SandboxActors.Machine;

/// <summary>The machine, or the system below it, refused an operation.</summary>
public sealed class MachineException : Exception
{
    /// <summary>Makes the exception for an operation that failed with an errno.</summary>
    /// <param name="operation">The operation's own name: <c>KVM_CREATE_VM</c>, <c>mmap</c>.</param>
    /// <param name="errno">The system's error number, or zero where there is none.</param>
    /// <param name="message">What failed and what to do about it.</param>
    public MachineException(string operation, int errno, string message)
        : base(message)
    {
        Operation = operation;
        Errno = errno;
    }

    /// <summary>The operation's own name.</summary>
    public string Operation { get; }

    /// <summary>The system's error number, or zero.</summary>
    public int Errno { get; }

    /// <summary>The exception for an operation that set errno.</summary>
    /// <param name="operation">The operation's own name.</param>
    /// <param name="errno">The error number, read right after the call.</param>
    public static MachineException FromErrno(string operation, int errno) =>
        new(operation, errno, $"{operation} failed: {new System.ComponentModel.Win32Exception(errno).Message} (errno {errno}).");
}
