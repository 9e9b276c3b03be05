namespace SandboxActors.Wire;

/// <summary>The answer to a call: a value, or an error with code and message. The default is success without a value.</summary>
public readonly record struct FunctionResult
{
    private readonly string? _errorMessage;

    private FunctionResult(GuestValue value) => Value = value;

    private FunctionResult(int code, string message)
    {
        IsError = true;
        ErrorCode = code;
        _errorMessage = message;
    }

    /// <summary>Whether the answer is an error.</summary>
    public bool IsError { get; }

    /// <summary>The value; <see cref="GuestValue.Void"/> if there is none or the answer is an error.</summary>
    public GuestValue Value { get; }

    /// <summary>The error's code, one of <see cref="GuestErrorCode"/> or a number of the guest's own; 0 without an error.</summary>
    public int ErrorCode { get; }

    /// <summary>The error's message, empty without an error.</summary>
    public string ErrorMessage => _errorMessage ?? string.Empty;

    /// <summary>The answer of a function that ran to its end.</summary>
    public static FunctionResult Success(GuestValue value) => new(value);

    /// <summary>The answer of a function that failed.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is null.</exception>
    public static FunctionResult Failure(int code, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new FunctionResult(code, message);
    }
}
