using SandboxActors.Core.HostFunctions;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>Delegates become host functions, or are refused with the type that cannot pass.</summary>
public sealed class HostFunctionSpec
{
    [Fact]
    public void Parameters_and_results_of_all_types_pass()
    {
        HostFunction function = HostFunctionCompiler.Compile(
            "All", (int a, uint b, long c, ulong d, float e, double f, bool g, string h, byte[] i) => $"{a} {b} {c} {d} {e} {f} {g} {h} {i.Length}");
        FunctionCall call = Call("All", GuestValueType.String, -1, 2u, -3L, 4UL, 5.5f, 6.25, true, "seven", new byte[8]);
        Assert.Null(function.Mismatch(call));
        Assert.Equal("-1 2 -3 4 5.5 6.25 True seven 8", function.Invoke(call, default).Value.AsString());
    }

    [Fact]
    public async Task Tasks_of_all_kinds_become_a_pending_value()
    {
        Assert.Equal(7, (await Pending((Func<Task<int>>)(async () => { await Task.Yield(); return 7; }))).AsInt32());
        Assert.Equal("v", (await Pending((Func<ValueTask<string>>)(() => ValueTask.FromResult("v")))).AsString());
        Assert.Equal(GuestValue.Void, await Pending((Func<Task>)(() => Task.CompletedTask)));
        Assert.Equal(GuestValue.Void, await Pending((Func<ValueTask>)(() => ValueTask.CompletedTask)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Pending((Func<Task<int>>)(() => null!)));

        static Task<GuestValue> Pending(Delegate function) => HostFunctionCompiler.Compile("Later", function).Invoke(Call("Later", GuestValueType.Void), default).Pending!;
    }

    [Fact]
    public void A_token_at_the_end_is_the_hosts_own_and_no_parameter_of_the_guests()
    {
        HostFunction function = HostFunctionCompiler.Compile("Token", (int a, CancellationToken token) => token.IsCancellationRequested ? a : -a);
        FunctionCall call = Call("Token", GuestValueType.Int32, 5);
        Assert.Null(function.Mismatch(call));
        Assert.True(function.TakesToken);
        Assert.Equal(5, function.Invoke(call, new CancellationToken(canceled: true)).Value.AsInt32());
        Assert.Throws<ArgumentException>(() => HostFunctionCompiler.Compile("Odd", (CancellationToken token, int a) => a));
    }

    [Fact]
    public void A_type_that_cannot_pass_is_named()
    {
        Assert.Contains("System.Decimal", Refused((decimal d) => 1), StringComparison.Ordinal);
        Assert.Contains("System.DateTime", Refused(() => DateTime.UnixEpoch), StringComparison.Ordinal);
        Assert.Contains("System.Guid", Refused(() => Task.FromResult(Guid.Empty)), StringComparison.Ordinal);

        static string Refused(Delegate function) => Assert.Throws<ArgumentException>(() => HostFunctionCompiler.Compile("Odd", function)).Message;
    }

    [Fact]
    public void A_null_result_is_an_exception_that_says_so() =>
        Assert.Throws<ArgumentNullException>(() => HostFunctionCompiler.Compile("Null", string () => null!).Invoke(Call("Null", GuestValueType.String), default));

    private static FunctionCall Call(string name, GuestValueType returnType, params GuestValue[] arguments) =>
        MessageReader.ReadCall(new MessageWriter().WriteCall(name, returnType, arguments)[4..]);
}
