using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Invoke;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Functions;

namespace ModelServing.Services.Tests.Functions.Invoke;

/// <summary><c>invoke NAME</c> against an emulator that verifies signatures.</summary>
[Collection(nameof(OwnProcess))]
public sealed class InvokeCommandTests : IAsyncLifetime
{
    private const string Ocid = "ocid1.fnfunc.oc1.eu-frankfurt-1.example";

    private FunctionsEmulator emulator = null!;

    private Func<CancellationToken, Task<FnAnswer>> Answer { get; set; } = static _ => Task.FromResult(Reply(200, """{"posted":3}"""));

    public async ValueTask InitializeAsync() =>
        emulator = await FunctionsEmulator.StartAsync(Ocid, (_, cancellation) => Answer(cancellation));

    public ValueTask DisposeAsync() => emulator.DisposeAsync();

    [Fact]
    public async Task A_function_that_succeeds_is_exit_code_0_and_its_answer_a_line()
    {
        var (code, output, error) = await RunAsync();
        Assert.Equal((0, "ModelMetrics answered: {\"posted\":3}\n", ""), (code, output, error));
        var call = Assert.Single(emulator.Invocations);
        Assert.Equal((Ocid, "sync", "{}"), (call.FunctionId, call.InvokeType, Encoding.UTF8.GetString(call.Body)));
    }

    [Fact]
    public async Task A_function_that_fails_twice_is_exit_code_1_and_one_line()
    {
        Answer = static _ => Task.FromResult(Reply(502, ""));
        var (code, output, error) = await RunAsync();
        Assert.Equal(
            (1, "", "functions: ModelMetrics: the call failed: 502 FunctionInvokeExecutionFailed: function failed (opc-request-id " +
                "emulator-2)\n"),
            (code, output, error));
        Assert.Equal(2, emulator.Invocations.Count);
    }

    [Fact]
    public async Task An_answer_can_not_steer_the_terminal()
    {
        Answer = static _ => Task.FromResult(Reply(200, "a\u001b[2Jb\r\nc"));
        Assert.Equal((0, "ModelMetrics answered: a\uFFFD[2Jb c\n", ""), await RunAsync());
    }

    [Fact]
    public async Task A_throttled_call_is_made_once_more()
    {
        emulator.Faults.Add(FunctionsOperation.InvokeFunction, Fault.Status(503, "ServiceUnavailable"));
        Assert.Equal(0, (await RunAsync()).Code);
    }

    [Fact]
    public async Task A_caller_without_permission_gets_a_hint_where_to_look()
    {
        var (code, _, error) = await RunAsync(("MODELSERVING_INVOKE_FUNCTION", "ocid1.fnfunc.oc1..other"));
        Assert.Equal(1, code);
        Assert.Contains("404 NotAuthorizedOrNotFound", error, StringComparison.Ordinal);
        Assert.EndsWith("check the function's OCID, its invoke endpoint, the region, and the policies\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_does_not_answer_is_given_up()
    {
        Answer = static async cancellation =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return Reply(200, "");
        };
        var (code, _, error) = await RunAsync(("MODELSERVING_INVOKE_TIMEOUT", "0.5"));
        Assert.Equal(1, code);
        Assert.StartsWith("functions: ModelMetrics: ", error, StringComparison.Ordinal);
        Assert.Contains("0.5 s", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "MODELSERVING_INVOKE_FUNCTION",
        null,
        "functions: the environment variable MODELSERVING_INVOKE_FUNCTION is not set; it must be a function's OCID, which begins with " +
            "ocid1.fnfunc.\n")]
    [InlineData(
        "MODELSERVING_INVOKE_FUNCTION",
        "f",
        "functions: the environment variable MODELSERVING_INVOKE_FUNCTION is 'f'; it must be a function's OCID, which begins with " +
            "ocid1.fnfunc.\n")]
    [InlineData(
        "MODELSERVING_INVOKE_ENDPOINT",
        null,
        "functions: the environment variable MODELSERVING_INVOKE_ENDPOINT is not set; it must be the function's invoke endpoint, an " +
            "address without a path, as in https://HOST\n")]
    [InlineData(
        "MODELSERVING_INVOKE_ENDPOINT",
        "https://h/path",
        "functions: the environment variable MODELSERVING_INVOKE_ENDPOINT is 'https://h/path'; it must be the function's invoke " +
            "endpoint, an address without a path, as in https://HOST\n")]
    [InlineData(
        "MODELSERVING_INVOKE_TIMEOUT",
        "0",
        "functions: the environment variable MODELSERVING_INVOKE_TIMEOUT is '0'; it must be a number of seconds from 0.001 to 86400\n")]
    [InlineData(
        "MODELSERVING_OCI_IDENTITY",
        null,
        "functions: the environment variable MODELSERVING_OCI_IDENTITY is not set; it must be workload-identity, resource-principal, " +
            "instance-principal or config-file\n")]
    public async Task A_wrong_setting_is_one_line_and_exit_code_2(string variable, string? value, string line)
    {
        var (code, _, error) = await RunAsync((variable, value));
        Assert.Equal((2, line), (code, error));
    }

    [Theory]
    [InlineData]
    [InlineData("invoke")]
    [InlineData("invoke", "Nothing")]
    [InlineData("call", "ModelMetrics")]
    public async Task Anything_else_prints_the_usage(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal((2, "usage: functions [invoke Rollback|ModelMetrics|ModelLoader]\n"), (code, error));
    }

    [Fact]
    public void The_settings_survive_the_round_trip_through_their_variables()
    {
        var settings = Settings with { InvokeTimeout = TimeSpan.FromSeconds(7) };
        Assert.Equal(settings, InvocationSettings.Read(new HostEnvironment(name => settings.ToEnvironment().GetValueOrDefault(name))));
        Assert.Equal(["invoke", "ModelMetrics"], InvocationSettings.Arguments(FunctionName.ModelMetrics));
    }

    private InvocationSettings Settings => new()
    {
        FunctionId = Ocid,
        Endpoint = emulator.Endpoint.GetLeftPart(UriPartial.Authority),
        Oci = new OciSettings { Identity = OciIdentity.ConfigFile, ConfigFile = emulator.Identity.ConfigFile },
    };

    private static FnAnswer Reply(int status, string body) => new(status, new Dictionary<string, string>(), Encoding.UTF8.GetBytes(body));

    private Task<(int Code, string Output, string Error)> RunAsync(params (string Name, string? Value)[] variables) =>
        RunAsync(["invoke", "ModelMetrics"], variables);

    private async Task<(int Code, string Output, string Error)> RunAsync(
        string[] arguments,
        params (string Name, string? Value)[] variables)
    {
        var all = Settings.ToEnvironment().ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value);
        foreach (var (name, value) in variables)
            all[name] = value;
        var (output, error) = (Console.Out, Console.Error);
        using var written = new StringWriter { NewLine = "\n" };
        using var complained = new StringWriter { NewLine = "\n" };
        Console.SetOut(written);
        Console.SetError(complained);
        try
        {
            var code = await InvokeCommand.RunAsync(
                arguments,
                new HostEnvironment(name => all.GetValueOrDefault(name)),
                TestContext.Current.CancellationToken);
            return (code, written.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
