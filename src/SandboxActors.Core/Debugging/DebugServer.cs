using System.Net;
using System.Net.Sockets;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// Listens on the loopback interface for debuggers of one sandbox, and serves them one after the other. Nothing that one of them sends, and no way in which
/// one goes, ends it; it ends with its sandbox.
/// </summary>
internal sealed class DebugServer : IDisposable
{
    private readonly Socket _listener;
    private readonly DebugTarget _target;
    private readonly CancellationTokenSource _end = new();

    private DebugServer(Socket listener, DebugTarget target)
    {
        _listener = listener;
        _target = target;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>What its clients do with the guest.</summary>
    public DebugTarget Target => _target;

    /// <summary>Starts one.</summary>
    /// <param name="options">The port.</param>
    /// <param name="target">The guest.</param>
    /// <exception cref="DebuggerUnavailableException">The port cannot be had; nothing is left behind.</exception>
    public static DebugServer Start(DebugOptions options, DebugTarget target)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, options.Port));
            listener.Listen(backlog: 1);
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw new DebuggerUnavailableException(options.Port, failure);
        }

        var server = new DebugServer(listener, target);
        _ = Task.Run(server.ServeAllAsync); // it observes all of its failures itself
        return server;
    }

    /// <summary>Ends it, and with it the client that it has.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private async Task ServeAllAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using Socket client = await _listener.AcceptAsync(_end.Token).ConfigureAwait(false);
                client.NoDelay = true;
                await ServeAsync(client).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that was gone before it was served. The next may fare better.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: false);
            await new DebugSession(stream, _target).RunAsync(gone.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was: the client goes, and neither its guest nor the host program is to suffer from it.
        catch (Exception)
#pragma warning restore CA1031
        {
            // There is nobody to tell: the client sees its connection end.
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false); // what waits for the guest to stop waits no longer
            _target.Leave();
        }
    }
}
