namespace SandboxActors.Core;

/// <summary>A call was refused before the guest function ran. The sandbox is healthy and unchanged.</summary>
public sealed class GuestCallRefusedException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="function">The function asked for.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="message">Why, in words.</param>
    /// <param name="inner">What found it out, if that was an exception.</param>
    public GuestCallRefusedException(string function, CallRefusal refusal, string message, Exception? inner = null)
        : base($"The call of guest function '{function}' was refused: {message}", inner)
    {
        Function = function;
        Refusal = refusal;
    }

    /// <summary>The function asked for.</summary>
    public string Function { get; }

    /// <summary>Why.</summary>
    public CallRefusal Refusal { get; }
}
