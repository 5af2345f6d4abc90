using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

[Collection(nameof(OwnProcess))]
public class ServiceHostTests
{
    [Fact]
    public async Task Wrong_settings_are_one_line_and_exit_code_2()
    {
        var (code, error) = await RunAsync(_ => throw new ContractException("the environment variable X is 'y'; it must be z"));
        Assert.Equal(2, code);
        Assert.Equal("some-host: the environment variable X is 'y'; it must be z\n", error);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("127.0.0.1:80")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:x")]
    [InlineData("http://some-host:8080")]
    [InlineData("http://127.0.0.1:-1")]
    [InlineData("http://127.0.0.1:8080;")]
    [InlineData("https://127.0.0.1:8443")]
    [InlineData("http://localhost:0")]
    [InlineData("http://127.0.0.1:0/base")]
    public async Task A_text_that_is_not_an_address_is_a_wrong_setting(string urls)
    {
        var (code, error) = await RunAsync(_ => SomeSettings.OnFreePort with { Urls = urls });
        Assert.StartsWith("some-host: the environment variable ASPNETCORE_URLS has '", error, StringComparison.Ordinal);
        Assert.EndsWith(
            "; it must be an address as in http://127.0.0.1:8080, or several separated by ';'\n",
            error,
            StringComparison.Ordinal);
        Assert.Equal(2, code);
        Assert.Single(error.Split('\n'), line => line.Length > 0);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8080", true)]
    [InlineData("api.localhost", true)]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("rebind.example", false)]
    [InlineData("localhost.example", false)]
    [InlineData("127.0.0.1.example", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("[2001:db8::1]", false)]
    public async Task A_local_host_answers_only_to_loopback_hosts_and_any_other_to_all(string name, bool isLoopback)
    {
        foreach (var isLocal in (bool[])[true, false])
        {
            await using var host = await SomeHost.StartAsync(SomeSettings.OnFreePort with { LoopbackHostsOnly = isLocal });
            host.Readiness.Ready();
            foreach (var path in (string[])[InferencePaths.HealthReady, InferencePaths.Metrics, "/nothing"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = name } };
                using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(isLocal && !isLoopback, (int)answer.StatusCode == 421);
                if ((int)answer.StatusCode == 421)
                    Assert.Equal(Problem.ContentType, answer.Content.Headers.ContentType?.MediaType);
            }
        }
    }

    [Fact]
    public async Task A_taken_port_is_one_line_and_exit_code_3()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://{taken.LocalEndpoint}";
        var (code, error) = await RunAsync(_ => SomeSettings.OnFreePort with { Urls = url });
        Assert.StartsWith($"some-host: can't listen on {url}: ", error, StringComparison.Ordinal);
        Assert.EndsWith(
            ". Use another address in ASPNETCORE_URLS, or stop the program that uses this one.\n",
            error,
            StringComparison.Ordinal);
        Assert.Equal(3, code);
        Assert.Single(error.Split('\n'), line => line.Length > 0);
    }

    [Theory]
    [InlineData(LogFormat.Text)]
    [InlineData(LogFormat.Json)]
    public async Task A_taken_port_is_not_a_stack_trace_in_the_log(LogFormat format)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (before, log) = (Console.Out, new StringWriter());
        Console.SetOut(log);
        try
        {
            var (code, _) = await RunAsync(
                _ => SomeSettings.OnFreePort with { Urls = $"http://{taken.LocalEndpoint}", LogFormat = format },
                add: static builder => builder.Services.AddHostedService<SaysThatItStarts>());
            Assert.Equal(3, code);
        }
        finally
        {
            Console.SetOut(before);
        }

        var line = Assert.Single(log.ToString().Split('\n'), line => line.Trim().Length > 0);
        Assert.Contains("It starts", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_line_and_exit_code_3()
    {
        // TEST-NET-1: no machine has it.
        var (code, error) = await RunAsync(_ => SomeSettings.OnFreePort with { Urls = "http://192.0.2.1:8080" });
        Assert.StartsWith("some-host: can't listen on http://192.0.2.1:8080: ", error, StringComparison.Ordinal);
        Assert.Equal(3, code);
    }

    [Fact]
    public async Task An_address_file_that_cannot_be_written_is_one_line_and_exit_code_2()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine("nowhere", "address");
        var (code, error) = await RunAsync(_ => SomeSettings.OnFreePort with { AddressFile = path });
        Assert.StartsWith($"some-host: MODELSERVING_ADDRESS_FILE '{path}' can't be written: ", error, StringComparison.Ordinal);
        Assert.Equal(2, code);
    }

    [Fact]
    public async Task A_host_writes_its_address_and_ends_with_0_when_it_is_stopped()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine("address");
        var answer = "";
        var (code, error) = await RunAsync(
            _ => SomeSettings.OnFreePort with { AddressFile = path },
            started: async app =>
            {
                while (!File.Exists(path))
                    await Task.Delay(1);
                var address = File.ReadAllText(path);
                using var client = new HttpClient();
                answer = await client.GetStringAsync(new Uri(address + "/health/live"));
                app.Lifetime.StopApplication();
            });
        Assert.Equal((0, "", "ok\n"), (code, error, answer));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.FullPath));
    }

    [Fact]
    public async Task A_failure_found_while_serving_ends_with_1()
    {
        var (code, _) = await RunAsync(_ => SomeSettings.OnFreePort, started: app =>
        {
            app.Services.GetRequiredService<HostFailure>().Stop("the model is damaged");
            return Task.CompletedTask;
        });
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task A_failure_found_before_the_host_has_started_ends_with_1()
    {
        var (code, error) = await RunAsync(_ => SomeSettings.OnFreePort, add: builder => builder.Services.AddHostedService<FailsAtOnce>());
        Assert.Equal((1, ""), (code, error));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://[::1]:8080;http://127.0.0.1:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://unix:/run/some.sock")]
    public async Task Kestrels_addresses_are_addresses(string urls)
    {
        await using var app = ServiceHost.Build("some-host", SomeSettings.OnFreePort with { Urls = urls }, (_, _) => { }, (_, _) => { });
        Assert.NotNull(app);
    }

    [Fact]
    public void Wrong_settings_are_found_before_anything_is_built()
    {
        Assert.Throws<ContractException>(() => ServiceHost.Build(
            "some-host", SomeSettings.OnFreePort with { Urls = "x" }, (_, _) => Assert.Fail("built"), (_, _) => Assert.Fail("built")));
    }

    private static async Task<(int Code, string Error)> RunAsync(
        Func<HostEnvironment, SomeSettings> read, Action<WebApplicationBuilder>? add = null, Func<WebApplication, Task>? started = null)
    {
        var (before, error) = (Console.Error, new StringWriter { NewLine = "\n" });
        Console.SetError(error);
        try
        {
            var after = Task.CompletedTask;
            var code = await ServiceHost.RunAsync(
                "some-host",
                read,
                (builder, _) => add?.Invoke(builder),
                (
                    app,
                    _) =>
                        app.Lifetime.ApplicationStarted.Register(() => after = Task.Run(() => started?.Invoke(app) ?? Task.CompletedTask)));
            await after;
            return (code, error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }

    // Shows that the log is read.
    private sealed class SaysThatItStarts(ILogger<SaysThatItStarts> logger, ILoggerFactory factory) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            logger.LogInformation("It starts");
            // What the framework logs of a service that is canceled before it began.
            factory.CreateLogger("Microsoft.Extensions.Hosting.Internal.Host")
                .LogError(new TaskCanceledException(), "BackgroundService failed");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailsAtOnce(HostFailure failure) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            failure.Stop("the model is damaged");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
