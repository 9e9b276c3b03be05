using System.Diagnostics.Metrics;
using SandboxActors.Core;

namespace ControlRoom;

/// <summary>Listens to the instruments that all sandboxes of this process measure with. A service would have OpenTelemetry export them.</summary>
internal sealed class RateListener : IHostedService, IDisposable
{
    private const string Calls = "sandbox.calls";
    private const string CallDuration = "sandbox.call.duration";
    private const string Poisons = "sandbox.poisons";
    private const string Restores = "sandbox.restores";

    private readonly MeterListener _listener = new();

    public RateListener(Rates rates)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SandboxTelemetry.MeterName && instrument.Name is Calls or CallDuration or Poisons or Restores)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
        {
            switch (instrument.Name)
            {
                case Calls:
                    rates.CountCalls(count);
                    break;
                case Poisons:
                    rates.CountPoisonings(count);
                    break;
                default:
                    rates.CountRestores(count);
                    break;
            }
        });
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => rates.AddDuration(seconds));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();
}
