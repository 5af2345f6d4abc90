using System.Net;
using System.Net.Sockets;
using ModelServing.Settings;

namespace ModelServing.Cli.Up;

/// <summary>The port of the API on 127.0.0.1: the one that the stack file gives, or the first free one from <see cref="First"/>.</summary>
/// <param name="Number">The port.</param>
/// <param name="Given">Whether the stack file gives it, so that no other will do.</param>
internal sealed record ApiPort(int Number, bool Given)
{
    /// <summary>The port of an API whose stack file gives none.</summary>
    internal const int First = 8080;

    private const int Last = First + 99;

    /// <summary>Finds the port.</summary>
    /// <exception cref="CommandException">The one that is given can't be had, or none is free.</exception>
    internal static ApiPort Choose(StackLocation stack, StackFile file)
    {
        if (file.Settings.Local.Port is { } given)
        {
            return Problem(given) is { } problem
                ? throw stack.Faults([file.Fault("local.port", $"port {given} on 127.0.0.1 {problem}; free it, give another one, or leave this setting out to get the first free one from {First}")], ExitCode.PortTaken)
                : new ApiPort(given, true);
        }

        return ChooseFrom(First);
    }

    /// <summary>The next free port after one that was free when it was looked at, and no longer is.</summary>
    internal ApiPort Next() => ChooseFrom(Number + 1);

    private static ApiPort ChooseFrom(int first)
    {
        for (var port = first; port <= Last; port++)
        {
            if (Problem(port) is null)
                return new ApiPort(port, false);
        }

        throw new CommandException(ExitCode.PortTaken, $"no port from {First} to {Last} is free on 127.0.0.1; free one, or give another in {StackFile.Namespace}local.port");
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
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse ? "is taken by another program" : $"can't be had ({e.Message})";
        }
    }
}
