using System.Diagnostics;
using System.Globalization;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The functions' program as OCI Functions runs it: started with the platform's variables, called over its socket, frozen between
/// calls, killed and restarted.</summary>
public sealed class FunctionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Socket => folder.Combine("lsnr.sock");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_answers_after_idling_freezing_and_a_restart()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "functions run on Linux");
        using (var agent = new FnAgent(Socket))
        {
            using var container = Start(agent.Variables);
            await AnswersAsync(agent, container);
            await AnswersAsync(agent, container);
            Assert.Equal(1, agent.Connections);

            agent.DropIdle();
            await AnswersAsync(agent, container);

            // Frozen without a connection, then with one: a call waits until the platform thaws the process.
            agent.DropIdle();
            for (var i = 0; i < 2; i++)
            {
                container.Signal("STOP");
                var call = AnswersAsync(agent, container);
                Assert.False(call.IsCompleted);
                container.Signal("CONT");
                await call;
            }
        }

        // The leftovers of the killed process do no harm.
        using (var agent = new FnAgent(Socket))
        {
            using var container = Start(agent.Variables);
            await AnswersAsync(agent, container);
            container.Signal("TERM");
            Assert.Equal(0, (await container.ExitAsync()).Code);
            Assert.Null(new FileInfo(Socket).LinkTarget);
        }
    }

    [Fact]
    public async Task Log_lines_name_their_call()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "functions run on Linux");
        using var agent = new FnAgent(Socket);
        using var container = Start(agent.Variables);
        await AnswersAsync(agent, container, "01CALL");
        container.Signal("TERM");
        var (_, output, error) = await container.ExitAsync();
        Assert.Contains("\nfn_call=01CALL\n", output, StringComparison.Ordinal);
        Assert.Contains("\"callId\":\"01CALL\"", output, StringComparison.Ordinal);
        Assert.Contains("\nfn_call=01CALL\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_variable_gives_one_line_and_exit_code_2()
    {
        using var container = Start(new Dictionary<string, string> { ["FN_LISTENER"] = "unix:" + Socket, ["FN_FORMAT"] = "json" });
        Assert.Equal(
            (2, "", "functions: the environment variable FN_FORMAT is 'json'; it must be http-stream\n"),
            await container.ExitAsync());
    }

    [Fact]
    public async Task An_impossible_socket_gives_one_line_and_exit_code_2()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "functions run on Linux");
        var path = folder.Combine("nowhere", "lsnr.sock");
        using var container = Start(new Dictionary<string, string> { ["FN_LISTENER"] = "unix:" + path, ["FN_FORMAT"] = "http-stream" });
        var (code, _, error) = await container.ExitAsync();
        Assert.StartsWith(
            "functions: the environment variable FN_LISTENER names a socket that can't be created: ",
            error,
            StringComparison.Ordinal);
        Assert.Contains(path, error, StringComparison.Ordinal);
        Assert.Equal(2, code);
        Assert.Single(error.Split('\n'), static line => line.Length > 0);
    }

    [Fact]
    public async Task Invoke_without_its_settings_gives_one_line_and_exit_code_2()
    {
        using var container = Start(new Dictionary<string, string>(), [.. InvocationSettings.Arguments(FunctionName.ModelMetrics)]);
        Assert.Equal(
            (2, "", "functions: the environment variable MODELSERVING_INVOKE_FUNCTION is not set; it must be a function's OCID, which " +
                "begins with ocid1.fnfunc.\n"),
            await container.ExitAsync());
    }

    private Container Start(IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        new(
            new FunctionsHostSettings
            {
                Function = FunctionName.Rollback,
                Journal = HostSources.Sqlite(folder.Combine("journal.db")),
                LogFormat = LogFormat.Json,
            }.ToEnvironment().Concat(variables),
            arguments);

    private static async Task AnswersAsync(FnAgent agent, Container container, string callId = "01SOME")
    {
        await container.WhileItRunsAsync(agent.ListeningAsync(Token));
        var answer = await agent.CallAsync(
            new FnCall(
                Encoding.UTF8.GetBytes(
                    """{"title":"failure-rate","type":"OK_TO_FIRING","alarmMetaData":[{"status":"FIRING","dimensions":[{"model":"fraud","version":"2","variant":"canary","trial":"1"}]}]}"""))
            { CallId = callId },
            Token).WaitAsync(MsProcess.Timeout, Token);
        Assert.Equal((200, 200), (answer.Status, answer.HttpStatus));
        Assert.Contains("unknown-model", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
    }

    /// <summary>The program, which disposal kills.</summary>
    private sealed class Container : IDisposable
    {
        private readonly Process process;
        private readonly Task<string> output;
        private readonly Task<string> error;

        internal Container(IEnumerable<KeyValuePair<string, string>> variables, string[] arguments)
        {
            var start = new ProcessStartInfo(
                "dotnet",
                [MsProcess.Program("Functions", "ModelServing.Functions"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var (name, value) in variables)
                start.Environment[name] = value;
            // As in its image.
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
            process = Process.Start(start)!;
            output = process.StandardOutput.ReadToEndAsync(Token);
            error = process.StandardError.ReadToEndAsync(Token);
        }

        internal void Signal(string name)
        {
            using var kill = Process.Start("kill", ["-s", name, process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            Assert.Equal(0, kill.ExitCode);
        }

        internal async Task WhileItRunsAsync(Task task)
        {
            await Task.WhenAny(task, process.WaitForExitAsync(Token)).Unwrap().WaitAsync(MsProcess.Timeout, Token);
            Assert.False(process.HasExited, process.HasExited ? await output + await error : "");
        }

        internal async Task<(int Code, string Output, string Error)> ExitAsync()
        {
            await process.WaitForExitAsync(Token).WaitAsync(MsProcess.Timeout, Token);
            return (process.ExitCode, await output, await error);
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
