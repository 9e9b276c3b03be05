using System.Linq.Expressions;
using System.Reflection;
using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>
/// Turns a typed delegate into a <see cref="HostFunction"/>: once, when it is registered, an expression is compiled that unpacks the parameters,
/// calls the delegate
/// and packs its result, so that a call needs no reflection.
/// </summary>
internal static class HostFunctionCompiler
{
    private static readonly ConstructorInfo Outcome = typeof(HostCallOutcome).GetConstructor([typeof(GuestValue), typeof(Task<GuestValue>)])!;

    /// <exception cref="ArgumentException">A parameter or the result has a type that cannot pass between host and guest, or there are too
    /// many.</exception>
    public static HostFunction Compile(string name, Delegate function)
    {
        MethodInfo signature = function.GetType().GetMethod("Invoke")!;
        ParameterInfo[] parameters = signature.GetParameters();
        bool takesToken = parameters.Length > 0 && parameters[^1].ParameterType == typeof(CancellationToken);
        if (takesToken) parameters = parameters[..^1];
        if (parameters.Length > WireLimits.MaximumParameters)
            throw new ArgumentException($"Host function '{name}' has {parameters.Length} parameters; {WireLimits.MaximumParameters} are the most.", nameof(function));
        GuestValueType[] types = [.. parameters.Select(p => ParameterType(name, p))];

        ParameterExpression guestCall = Expression.Parameter(typeof(FunctionCall), "call");
        ParameterExpression token = Expression.Parameter(typeof(CancellationToken), "token");
        IEnumerable<Expression> unpacked = types.Select((type, i) => Unpack(Parameter(guestCall, i), type));
        Expression call = Expression.Invoke(Expression.Constant(function), takesToken ? unpacked.Append(token) : unpacked);
        (Expression outcome, GuestValueType result) = Pack(name, call, signature.ReturnType);

        var invoke = Expression.Lambda<Func<FunctionCall, CancellationToken, HostCallOutcome>>(outcome, guestCall, token).Compile();
        return new HostFunction(name, types, result, invoke, takesToken);
    }

    private static GuestValueType ParameterType(string function, ParameterInfo parameter) =>
        GuestValue.TryGetType(parameter.ParameterType, out GuestValueType type) && type != GuestValueType.Void
            ? type
            : throw new ArgumentException(
                $"Parameter '{parameter.Name}' of host function '{function}' is {parameter.ParameterType}, which cannot pass between host and guest.", nameof(function));

    private static MethodCallExpression Parameter(ParameterExpression call, int index) =>
        Expression.Call(typeof(HostFunctionCompiler), nameof(ParameterOf), [], call, Expression.Constant(index));

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
