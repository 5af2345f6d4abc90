using System.Net;
using System.Net.Sockets;
using ModelServing.Cli;
using ModelServing.Cli.Up;

namespace ModelServing.Services.Tests.Cli.Up;

public class ApiPortTests
{
    private static readonly StackLocation Stack = new("dev", Path.GetTempPath());

    [Fact]
    public void A_set_port_that_is_taken_is_named_with_its_position_and_the_way_to_correct_it()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var e = Assert.Throws<CommandException>(() => Choose($"port: {port}"));
        Assert.Equal(ExitCode.PortTaken, e.ExitCode);
        Assert.Equal(
            $"Pulumi.dev.yaml:10:11: modelserving:local.port: port {port} on 127.0.0.1 is taken by another program; " +
            "free it, set another one, or remove this setting to get the first free port from 8080",
            e.Message);
    }

    [Fact]
    public void A_set_port_that_is_free_is_used()
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        Assert.Equal(new ApiPort(port, true), Choose($"port: {port}"));
    }

    [Fact]
    public void Without_a_set_port_taken_ones_are_skipped()
    {
        var first = Choose("state: s");
        Assert.False(first.Given);
        Assert.True(first.Number >= ApiPort.First);
        using var holder = new TcpListener(IPAddress.Loopback, first.Number);
        holder.Start();
        Assert.True(Choose("state: s").Number > first.Number);
        Assert.True(first.Next().Number > first.Number);
    }

    [Fact]
    public void The_port_beside_another_is_one_that_can_be_listened_on()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var taken = ((IPEndPoint)holder.LocalEndpoint).Port;
        foreach (var port in (ApiPort[])[new(taken - 1, true), new(taken, true), new(IPEndPoint.MaxPort, true)])
        {
            var other = port.Other();
            Assert.NotEqual(taken, other);
            using var listener = new TcpListener(IPAddress.Loopback, other);
            listener.Start();
        }
    }

    private static ApiPort Choose(string local) =>
        ApiPort.Choose(Stack, SomeStack.File(SomeStack.Yaml() + $"  modelserving:local:\n    {local}\n"));
}
