namespace SandboxActors.Wire;

/// <summary>Codes of the errors that a guest reports. The numbers are the wire's; a guest may also use numbers of its own.</summary>
public enum GuestErrorCode
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>A parameter has a type that the guest does not know.</summary>
    UnsupportedParameterType = 2,

    /// <summary>The call names no function.</summary>
    FunctionNameMissing = 3,

    /// <summary>The guest has no function of that name.</summary>
    GuestFunctionNotFound = 4,

    /// <summary>The function takes another number of parameters.</summary>
    WrongParameterCount = 5,

    /// <summary>An <c>out</c> failed.</summary>
    OutError = 7,

    /// <summary>Anything else; what a panic carries.</summary>
    Unknown = 8,

    /// <summary>A function overwrote its stack frame.</summary>
    StackCookieCheckFailed = 10,

    /// <summary>More functions registered than the guest's table holds.</summary>
    TooManyGuestFunctions = 11,

    /// <summary>The guest's allocator found its own data damaged.</summary>
    AllocatorFailure = 12,

    /// <summary>The guest's heap is exhausted.</summary>
    MallocFailed = 13,

    /// <summary>A parameter, or the result asked for, has another type than the function's.</summary>
    ParameterTypeMismatch = 14,

    /// <summary>The function itself reported an error.</summary>
    GuestError = 15,

    /// <summary>An array came without its length.</summary>
    ArrayLengthMissing = 16,

    /// <summary>A host function failed.</summary>
    HostFunctionError = 17,
}
