using System.Globalization;
using SandboxActors.Wire;

namespace ControlRoom;

/// <summary>A function of the guest that the page offers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Result">The type of its result.</param>
/// <param name="Parameters">What it takes.</param>
internal sealed record GuestFunction(string Name, string Summary, GuestValueType Result, params GuestParameter[] Parameters)
{
    /// <summary>All that the page offers: first what ends well, then what does not.</summary>
    public static IReadOnlyList<GuestFunction> All { get; } =
    [
        new("Add", "adds, by way of a host function", GuestValueType.Int32, new("a", GuestValueType.Int32, "2"), new("b", GuestValueType.Int32, "3")),
        new("Echo", "gives back a text", GuestValueType.String, new GuestParameter("text", GuestValueType.String, "hello")),
        new("AddToStatic", "adds to a number that the guest keeps", GuestValueType.Int32, new GuestParameter("summand", GuestValueType.Int32, "5")),
        new("GetStatic", "the number that the guest keeps", GuestValueType.Int32),
        new("SpinForMs", "keeps the processor for a while", GuestValueType.UInt64, new GuestParameter("milliseconds", GuestValueType.UInt32, "500")),
        new("CallGivenParamlessHostFuncThatReturnsI64", "waits for a host function", GuestValueType.Int64,
            new GuestParameter("host function", GuestValueType.String, DemoGuest.PonderFunction)),
        new("AddToStaticAndFail", "reports an error, and stays healthy", GuestValueType.Int32),
        new("Spin", "keeps the processor until it is killed", GuestValueType.Void),
        new("guest_panic", "panics", GuestValueType.Void, new GuestParameter("message", GuestValueType.String, "on purpose")),
        new("GuestAbortWithMessage", "gives up", GuestValueType.Void,
            new("code", GuestValueType.Int32, "42"), new("message", GuestValueType.String, "on purpose")),
        new("TriggerException", "runs an instruction that there is not", GuestValueType.Void),
        new("DivideByZero", "divides by zero", GuestValueType.Void),
        new("WriteInputBufferForever", "writes to memory that it may only read", GuestValueType.Void),
        new("InfiniteRecursion", "overflows its stack", GuestValueType.Void),
        new("BufferOverrun", "writes past an array on its stack", GuestValueType.Int32,
            new GuestParameter("text", GuestValueType.String, new string('x', 100))),
        new("ExhaustHeap", "takes memory until there is none", GuestValueType.Void),
        new("OutbWithPort", "writes to a port", GuestValueType.Void,
            new("port", GuestValueType.UInt32, "128"), new("value", GuestValueType.UInt32, "1")),
        new("CorruptOutputSizePrefix", "answers with garbage", GuestValueType.Void,
            new GuestParameter("size", GuestValueType.UInt32, uint.MaxValue.ToString(CultureInfo.InvariantCulture))),
    ];

    /// <summary>The function of a name; null if the page does not offer it.</summary>
    public static GuestFunction? Find(string name) => All.FirstOrDefault(function => function.Name == name);

    /// <summary>Reads arguments as they were typed.</summary>
    /// <exception cref="ArgumentException">Too few or too many, or one that is not of its type; the message says which.</exception>
    public GuestValue[] Parse(IReadOnlyList<string?> typed)
    {
        if (typed.Count != Parameters.Length)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{Name} takes {Parameters.Length} arguments, not {typed.Count}."));
        }

        return [.. Parameters.Select((parameter, index) => parameter.Parse(typed[index]))];
    }
}
