using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>
/// How delegates of one type are called as host functions: an expression that unpacks the parameters, calls the delegate and packs its result. Compiled once
/// for each type of delegate, the first time that one is registered: a call needs no reflection, and another sandbox with functions of its own no compiler.
/// Safe for use from any thread.
/// </summary>
internal sealed class HostFunctionShape
{
    // Does not keep the assemblies of types that somebody may want to unload.
    private static readonly ConditionalWeakTable<Type, HostFunctionShape> Known = [];

    private static readonly ConstructorInfo Outcome = typeof(HostCallOutcome).GetConstructor([typeof(GuestValue), typeof(Task<GuestValue>)])!;

    private readonly Func<Delegate, FunctionCall, CancellationToken, HostCallOutcome> _invoke;

    private HostFunctionShape(string name, Delegate function)
    {
        Type type = function.GetType();
        MethodInfo signature = type.GetMethod("Invoke")!;
        ParameterInfo[] parameters = signature.GetParameters();
        TakesToken = parameters.Length > 0 && parameters[^1].ParameterType == typeof(CancellationToken);
        if (TakesToken) parameters = parameters[..^1];
        if (parameters.Length > WireLimits.MaximumParameters)
            throw new ArgumentException($"Host function '{name}' has {parameters.Length} parameters; {WireLimits.MaximumParameters} are the most.", nameof(function));
        Parameters = [.. parameters.Select(p => ParameterType(name, p))];

        ParameterExpression target = Expression.Parameter(typeof(Delegate), "target");
        ParameterExpression guestCall = Expression.Parameter(typeof(FunctionCall), "call");
        ParameterExpression token = Expression.Parameter(typeof(CancellationToken), "token");
        IEnumerable<Expression> unpacked = Parameters.Select((type, i) => Unpack(Parameter(guestCall, i), type));
        Expression call = Expression.Invoke(Expression.Convert(target, type), TakesToken ? unpacked.Append(token) : unpacked);
        (Expression outcome, Result) = Pack(name, call, signature.ReturnType);
        _invoke = Expression.Lambda<Func<Delegate, FunctionCall, CancellationToken, HostCallOutcome>>(outcome, target, guestCall, token).Compile();
    }

    /// <summary>The types of what guests pass.</summary>
    public ImmutableArray<GuestValueType> Parameters { get; }

    /// <summary>The type of what guests get.</summary>
    public GuestValueType Result { get; }

    /// <summary>Whether the last parameter is a token, which is the host's own and no guest's.</summary>
    public bool TakesToken { get; }

    /// <summary>That of a delegate.</summary>
    /// <param name="name">Of the host function, for what an exception says.</param>
    /// <param name="function">The delegate.</param>
    /// <exception cref="ArgumentException">A parameter or the result has a type that cannot pass between host and guest, or there are too
    /// many.</exception>
    public static HostFunctionShape Of(string name, Delegate function)
    {
        Type type = function.GetType();
        // Two threads may compile the same one at once: either does.
        if (!Known.TryGetValue(type, out HostFunctionShape? shape)) Known.AddOrUpdate(type, shape = new HostFunctionShape(name, function));
        return shape;
    }

    /// <summary>Calls a delegate of this shape, whose parameters are taken out of the call first. Throws whatever it throws.</summary>
    public HostCallOutcome Invoke(Delegate function, FunctionCall call, CancellationToken token) => _invoke(function, call, token);

    private static GuestValueType ParameterType(string function, ParameterInfo parameter) =>
        GuestValue.TryGetType(parameter.ParameterType, out GuestValueType type) && type != GuestValueType.Void
            ? type
            : throw new ArgumentException(
                $"Parameter '{parameter.Name}' of host function '{function}' is {parameter.ParameterType}, which cannot pass between host and guest.", nameof(function));

    private static MethodCallExpression Parameter(ParameterExpression call, int index) =>
        Expression.Call(typeof(HostFunctionShape), nameof(ParameterOf), [], call, Expression.Constant(index));

    // An expression can have no span.
    private static GuestValue ParameterOf(FunctionCall call, int index) => call.Parameters[index];

    private static MethodCallExpression Unpack(Expression value, GuestValueType type) => Expression.Call(value, typeof(GuestValue).GetMethod($"As{type}")!);

    private static (Expression Outcome, GuestValueType Result) Pack(string name, Expression call, Type returned)
    {
        if (returned == typeof(void)) return (Expression.Block(call, Now(Expression.Default(typeof(GuestValue)))), GuestValueType.Void);
        if (GuestValue.TryGetType(returned, out GuestValueType type)) return (Now(ToValue(call)), type);

        if (returned == typeof(Task)) return (Later(Await(nameof(HostTask.FromTask), [], call)), GuestValueType.Void);
        if (returned == typeof(ValueTask)) return (Later(Await(nameof(HostTask.FromValueTask), [], call)), GuestValueType.Void);
        if (returned.IsGenericType && GuestValue.TryGetType(returned.GenericTypeArguments[0], out type) && type != GuestValueType.Void)
        {
            Type[] generic = returned.GenericTypeArguments;
            ParameterExpression item = Expression.Parameter(generic[0]);
            LambdaExpression convert = Expression.Lambda(typeof(Func<,>).MakeGenericType(generic[0], typeof(GuestValue)), ToValue(item), item);
            Delegate convertDelegate = convert.Compile();
            if (returned.GetGenericTypeDefinition() == typeof(Task<>))
                return (Later(Await(nameof(HostTask.FromTaskOf), generic, call, Expression.Constant(convertDelegate))), type);
            if (returned.GetGenericTypeDefinition() == typeof(ValueTask<>))
                return (Later(Await(nameof(HostTask.FromValueTaskOf), generic, call, Expression.Constant(convertDelegate))), type);
        }

        throw new ArgumentException($"Host function '{name}' returns {returned}, which cannot pass between host and guest.", nameof(call));
    }

    private static NewExpression Now(Expression value) => Expression.New(Outcome, value, Expression.Constant(null, typeof(Task<GuestValue>)));

    private static NewExpression Later(Expression task) => Expression.New(Outcome, Expression.Default(typeof(GuestValue)), task);

    private static MethodCallExpression ToValue(Expression value) => Expression.Call(typeof(GuestValue).GetMethod(nameof(GuestValue.From), [value.Type])!, value);

    private static MethodCallExpression Await(string method, Type[] generic, params Expression[] arguments) =>
        Expression.Call(typeof(HostTask), method, generic, arguments);
}
