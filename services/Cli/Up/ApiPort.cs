using System.Net;
using System.Net.Sockets;
using ModelServing.Settings;

namespace ModelServing.Cli.Up;

/// <summary>The port of the API on 127.0.0.1: the port in the stack file, or the first free port from <see cref="First"/>.</summary>
/// <param name="Number">The port.</param>
/// <param name="Given">Whether the stack file sets it, so no other port will do.</param>
internal sealed record ApiPort(int Number, bool Given)
{
    /// <summary>The first port to try if the stack file sets none.</summary>
    internal const int First = 8080;

    private const int Last = First + 99;

    /// <exception cref="CommandException">The port in the stack file is unavailable, or no port is free.</exception>
    internal static ApiPort Choose(StackLocation stack, StackFile file)
    {
        if (file.Settings.Local.Port is { } given)
        {
            return Problem(given) is { } problem
                ? throw stack.Faults(
                    [file.Fault(
                        "local.port",
                        $"port {given} on 127.0.0.1 {problem}; free it, set another one, or remove this setting to get the first free " +
                            $"port from {First}")],
                    ExitCode.PortTaken)
                : new ApiPort(given, true);
        }

        return ChooseFrom(First);
    }

    /// <summary>The next free port, for a port that was taken after it was chosen.</summary>
    internal ApiPort Next() => ChooseFrom(Number + 1);

    /// <summary>A free port beside this one: the next one, or any if that is taken.</summary>
    internal int Other()
    {
        if (Number < IPEndPoint.MaxPort && Problem(Number + 1) is null)
            return Number + 1;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static ApiPort ChooseFrom(int first)
    {
        for (var port = first; port <= Last; port++)
        {
            if (Problem(port) is null)
                return new ApiPort(port, false);
        }

        throw new CommandException(
            ExitCode.PortTaken,
            $"no port from {First} to {Last} is free on 127.0.0.1; free one, or set another in {StackFile.Namespace}local.port");
    }

    private static string? Problem(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "is taken by another program" : $"is unavailable ({e.Message})";
        }
    }
}
