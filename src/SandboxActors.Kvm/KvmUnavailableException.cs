namespace SandboxActors.Kvm;

/// <summary>KVM cannot be used here. The message says in one line what is missing and how to get it.</summary>
public sealed class KvmUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is missing and how to get it, in one line.</param>
    /// <param name="innerException">What the system answered, if that was the cause.</param>
    public KvmUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
