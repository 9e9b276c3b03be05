using System.Diagnostics;
using System.Threading.Channels;
using SandboxActors;
using SandboxActors.Core;

namespace SelfHealing;

/// <summary>
/// Works with one sandbox, one call after the other, decided by its seed, and knows at each moment what number the guest must have: what it added
/// since, or what it was at the last snapshot if a call poisoned in between.
/// </summary>
internal sealed class Worker(int seed, Tally tally)
{
    /// <summary>The host function by which a guest says that it is about to spin.</summary>
    public const string InsideFunction = "Inside";

    private const double PoisonShare = 0.25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Random _random = new(seed);
    private readonly Channel<bool> _inside = Channel.CreateUnbounded<bool>();
    private int _number;
    private int _atSnapshot;

    public SandboxRef Sandbox { get; private set; } = null!;

    /// <summary>Completes when the guest is about to spin.</summary>
    public Task Inside => _inside.Reader.ReadAsync().AsTask();

    public async Task CreateAsync(ISandboxes sandboxes) =>
        Sandbox = await sandboxes.CreateAsync("simple", s => s
            .HostFunction("HostAdd", (int a, int b) => a + b)
            .HostFunction(InsideFunction, () => { _inside.Writer.TryWrite(true); }));

    public async Task WorkAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested && tally.Wrong.IsEmpty)
        {
            try
            {
                await ActAsync().WaitAsync(Patience, CancellationToken.None);
            }
            catch (Exception exception) when (exception is WrongAnswerException or SandboxException or SandboxStoppedException or TimeoutException)
            {
                tally.Wrong.Enqueue($"{Sandbox.Name}: {exception.Message}");
            }
        }
    }

    /// <summary>The last word: a sandbox proves that it is healthy.</summary>
    public async Task<bool> ProveAsync()
    {
        try
        {
            await AddThroughHostAsync().WaitAsync(Patience);
            return await Sandbox.CallAsync<int>("GetStatic").WaitAsync(Patience) == _number;
        }
        catch (Exception exception) when (exception is WrongAnswerException or SandboxException or SandboxStoppedException or TimeoutException)
        {
            tally.Wrong.Enqueue($"{Sandbox.Name}: {exception.Message}");
            return false;
        }
    }

    private async Task ActAsync()
    {
        if (_random.NextDouble() < PoisonShare)
        {
            await PoisonAsync(Misdeeds.All[_random.Next(Misdeeds.All.Count)]);
            return;
        }

        switch (_random.Next(10))
        {
            case 0:
                await Sandbox.SnapshotAsync();
                _atSnapshot = _number;
                break;
            case 1:
                await FailAsync();
                break;
            case < 5:
                await AddThroughHostAsync();
                break;
            default:
                await AddToNumberAsync(_random.Next(1, 100));
                break;
        }
    }

    private async Task PoisonAsync(Misdeed misdeed)
    {
        try
        {
            await misdeed.Call(this);
        }
        catch (GuestPoisonException poison)
        {
            if (poison.Reason.Kind != misdeed.Kind) throw new WrongAnswerException($"{misdeed.Title}: was reported as {poison.Reason}.");
            tally.CountPoisoning(misdeed.Title);
            _number = _atSnapshot;
            return;
        }

        throw new WrongAnswerException($"{misdeed.Title}: the call came back.");
    }

    private async Task FailAsync()
    {
        try
        {
            await Sandbox.CallAsync<int>("AddToStaticAndFail");
        }
        catch (GuestErrorException error) when (error.Message == "Crash on purpose")
        {
            tally.CountError();
            _number += 10; // it fails behind its work, and the sandbox stays healthy
            return;
        }

        throw new WrongAnswerException("A guest function that fails came back without its error.");
    }

    private async Task AddToNumberAsync(int summand)
    {
        long start = Stopwatch.GetTimestamp();
        int sum = await Sandbox.CallAsync<int>("AddToStatic", summand);
        tally.CountGood(start);
        _number += summand;
        if (sum != _number) throw new WrongAnswerException($"The guest's number is {sum}; it must be {_number}.");
    }

    private async Task AddThroughHostAsync()
    {
        (int left, int right) = (_random.Next(1000), _random.Next(1000));
        long start = Stopwatch.GetTimestamp();
        int sum = await Sandbox.CallAsync<int>("Add", left, right);
        tally.CountGood(start);
        if (sum != left + right) throw new WrongAnswerException($"{left} + {right} came back as {sum}.");
    }
}
