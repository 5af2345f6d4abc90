using ModelServing.Cli.Up.Gateway;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Cli.Up;

/// <summary>The router on this machine, which serves the API, or the gateway in front of it and of the function TrafficSplitter.</summary>
/// <param name="program">The router's program.</param>
/// <param name="settings">Its settings, without the address.</param>
/// <param name="splitting">The gateway and the function; null if the router is called directly.</param>
/// <param name="supervision">What the supervisors of all hosts share.</param>
internal sealed class ApiHost(HostProgram program, RouterSettings settings, LocalSplitting? splitting, HostSupervision supervision)
{
    private SupervisedHost? running;

    /// <summary>The address of the API.</summary>
    internal Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The address of the router for gRPC, on the port after the API's if that is free.</summary>
    internal Uri Grpc { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Starts the router, on a later port if another program has just taken this one and any will do.</summary>
    /// <exception cref="HostFailedException">The router did not start.</exception>
    /// <exception cref="CommandException">The given port is taken.</exception>
    internal async Task StartAsync(ApiPort port, CancellationToken cancellation)
    {
        while (!await TryStartAsync(port, cancellation))
        {
            var next = port.Next();
            supervision.Terminal.Say($"[yellow]Port {port.Number} has been taken; trying {next.Number}[/]");
            port = next;
        }
    }

    internal Task StopAsync(TimeSpan timeout, CancellationToken kill) => running?.StopAsync(timeout, kill) ?? Task.CompletedTask;

    private async Task<bool> TryStartAsync(ApiPort port, CancellationToken cancellation)
    {
        Address = new Uri($"http://127.0.0.1:{port.Number}/");
        Grpc = new Uri($"http://127.0.0.1:{port.Other()}/");
        var address = settings with
        {
            Urls = Address.GetLeftPart(UriPartial.Authority),
            GrpcUrls = Grpc.GetLeftPart(UriPartial.Authority),
        };
        if (splitting is not null)
        {
            if (!await splitting.TryStartAsync(port.Number, cancellation))
                return !port.Given ? false : throw new CommandException(ExitCode.PortTaken, $"port {port.Number} has been taken");
            address = splitting.For(address);
        }

        running = new SupervisedHost("router", program, address, supervision, static _ => { });
        try
        {
            await running.Ready.WaitAsync(cancellation);
            return true;
        }
        catch (HostFailedException e) when (e.Exit?.Code == ServiceHost.NoAddress && !port.Given)
        {
            return false;
        }
        catch (HostFailedException e) when (e.Exit?.Code == ServiceHost.NoAddress)
        {
            throw new CommandException(ExitCode.PortTaken, e.Message);
        }
    }
}
