using System.Net;
using System.Net.Sockets;
using ModelServing.Cli;
using ModelServing.Cli.Up;

namespace ModelServing.Services.Tests.Cli.Up;

public class ApiPortTests
{
    private static readonly StackLocation Stack = new("dev", Path.GetTempPath());

    [Fact]
    public void A_port_that_is_given_and_taken_is_named_with_its_place_and_what_would_be_right()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var e = Assert.Throws<CommandException>(() => Choose($"port: {port}"));
        Assert.Equal(ExitCode.PortTaken, e.ExitCode);
        Assert.Equal(
            $"Pulumi.dev.yaml:10:11: modelserving:local.port: port {port} on 127.0.0.1 is taken by another program; " +
            "free it, give another one, or leave this setting out to get the first free one from 8080",
            e.Message);
    }

    [Fact]
    public void A_port_that_is_given_and_free_is_taken_and_no_other()
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
    public void Where_none_is_given_a_taken_one_is_passed_over()
    {
        var first = Choose("state: s");
        Assert.False(first.Given);
        Assert.True(first.Number >= ApiPort.First);
        using var holder = new TcpListener(IPAddress.Loopback, first.Number);
        holder.Start();
        Assert.True(Choose("state: s").Number > first.Number);
        Assert.True(first.Next().Number > first.Number);
    }

    private static ApiPort Choose(string local) => ApiPort.Choose(Stack, SomeStack.File(SomeStack.Yaml() + $"  modelserving:local:\n    {local}\n"));
}
