namespace SandboxActors.Core.Debugging;

/// <summary>
/// One client of the remote protocol, from its first packet until it goes. The guest is stopped by the first packet, not by a connection on which nothing is
/// said. Whatever the client sends, it gets an answer, an error or nothing.
/// </summary>
internal sealed partial class DebugSession(Stream stream, DebugTarget target)
{
    private const string Exited = "W00";

    private readonly PacketStream _packets = new(stream);

    // How the guest is stopped, as far as the client knows; and what it waits for, if it knows of none.
    private GuestHold? _hold;
    private Task<GuestHold>? _running;
    private bool _isOver;

    /// <summary>Serves the client.</summary>
    /// <param name="cancellation">The sandbox goes.</param>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="OperationCanceledException">The sandbox goes.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await ServeAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_running is not null)
        {
            await _packets.WriteAsync(Exited, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        Task<RemoteInput> input = _packets.ReadAsync(cancellation);
        while (!_isOver)
        {
            if (_running is { } running && await Task.WhenAny(running, input).ConfigureAwait(false) == running)
            {
                _hold = await running.ConfigureAwait(false);
                _running = null;
                await _packets.WriteAsync(StopReply(_hold.Reason), cancellation).ConfigureAwait(false);
                continue;
            }

            RemoteInput received = await input.ConfigureAwait(false);
            if (received.Kind == RemoteInputKind.End) return;
            await ServeAsync(received, cancellation).ConfigureAwait(false);
            input = _packets.ReadAsync(cancellation);
        }
    }

    private async Task ServeAsync(RemoteInput received, CancellationToken cancellation)
    {
        if (received.Kind == RemoteInputKind.Interrupt)
        {
            if (_running is not null) await target.StopAsync(DebugSignal.Interrupt, cancellation).ConfigureAwait(false);
            return;
        }

        _hold ??= _running is null ? await target.AttachAsync(cancellation).ConfigureAwait(false) : null;
        string? answer = Answer(received.Body.Span, cancellation);
        if (answer is not null) await _packets.WriteAsync(answer, cancellation).ConfigureAwait(false);
        if (_isToStopAcknowledging) _packets.Acknowledges = false;
    }
}
