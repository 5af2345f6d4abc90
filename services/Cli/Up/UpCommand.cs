using System.CommandLine;
using ModelServing.Cli.Demo;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Cli.Up;

/// <summary><c>ms up</c>: the whole platform on this machine, as the stack file says it.</summary>
/// <remarks>
/// <code>
/// 1 stack file   read; every fault is a line (exit code 2)
/// 2 state        its folder, locked; a demo has one of its own
/// 3 registry     the demo publishes the sample; every version that is named has to be published (exit code 2)
/// 4 port         one that is given and taken: exit code 3, before anything is started
/// 5 start        the versions, then the plan, then the router (exit code 1, or 3)
/// 6 serve        follow the stack file, restart what dies, send the demo's traffic, until told to stop
/// 7 stop         the router, then the versions, then the demo's folder; in whatever way the steps before ended
/// </code>
/// </remarks>
internal static class UpCommand
{
    // A change of the stack file counts once two reads agree, so after one to two periods.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    internal static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Run the sample in a state folder of its own, and send traffic through it." };
        var once = new Option<bool>("--once") { Description = "Stop once it is ready or, with --demo, after the first round; exit code 1 when that was not as expected." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON on standard output, and all else on standard error." };
        var guard = new Option<string>("--guard") { Description = "With 'off' the guard condemns nothing: a demo then shows how an alarm does.", DefaultValueFactory = static _ => "on" };
        guard.AcceptOnlyFromAmong("on", "off");
        var minute = new Option<TimeSpan?>("--minute")
        {
            Description = "How long a minute of metrics and alarms lasts: 60s, or with --demo 2s.",
            CustomParser = static result =>
            {
                var (value, wrong) = SettingForm.ReadDuration(result.Tokens[0].Value, new SettingAttribute("") { Min = "1s", Max = "60s" });
                if (wrong is not null)
                    result.AddError($"--minute: {wrong}");
                return value;
            },
        };
        var stack = new StackOptions();
        var command = new Command("up", "Run the whole platform on this machine, until Ctrl-C.") { demo, once, guard, minute, json };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, signals) =>
            RunAsync(
                new UpRequest(
                    stack.Read(arguments),
                    arguments.GetValue(demo),
                    arguments.GetValue(once),
                    arguments.GetValue(json),
                    new PlatformPace(arguments.GetValue(minute) ?? TimeSpan.FromSeconds(arguments.GetValue(demo) ? 2 : 60), arguments.GetValue(guard) == "off")),
                terminal,
                signals)));
        return command;
    }

    private static async Task<int> RunAsync(UpRequest request, Terminal terminal, StopSignals signals)
    {
        try
        {
            return await RunUntilStoppedAsync(request, terminal, signals);
        }
        catch (HostFailedException e)
        {
            // Which of the two learns of a Ctrl-C first is open.
            if (e.Exit is { IsInterrupt: true })
                await Task.Delay(TimeSpan.FromSeconds(1), signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!signals.Stop.IsCancellationRequested)
                throw new CommandException(ExitCode.Failed, e.Message);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // As it was told.
        }

        return request.Once ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static async Task<int> RunUntilStoppedAsync(UpRequest request, Terminal terminal, StopSignals signals)
    {
        var (stack, time) = (request.Stack, TimeProvider.System);

        // 1
        var file = new PolledFile(stack.FilePath, Period, time);
        var started = stack.Parse(file.ReadNow());
        if (request.Demo)
            DemoModel.Require(stack, started);
        var programs = HostPrograms.Find();

        // 2
        var folder = stack.StateFolder(started.Settings.Local);
        using var state = request.Demo ? StateFolder.OpenDemo(folder) : StateFolder.Open(folder);

        // 3
        var location = "file:" + (request.Demo ? Path.Combine(state.FullPath, "registry") : stack.RegistryFolder(started.Settings.Local));
        var registry = new ModelRegistry(RegistryLocation.Open(location), time);
        if (request.Demo)
            await DemoModel.PublishAsync(registry, signals.Stop);
        await CheckAsync(started, signals.Stop);

        // 4
        var port = ApiPort.Choose(stack, started);
        if (port is { Given: false, Number: not ApiPort.First })
            terminal.Say($"[yellow]Port {ApiPort.First} is taken, so the API gets {port.Number}; {StackFile.Namespace}local.port gives it another[/]");

        var platform = new Platform(programs, state.FullPath, location, started.Settings.MaxRequestBytes, terminal, request.Pace, time, signals.Kill);
        try
        {
            // 5
            var serving = new UpServing(request, file, started, registry, platform, CheckAsync, terminal, time);
            platform.ApplyClients(ClientsMaker.Make(started.Settings));
            await platform.StartAsync(PlanMaker.Make(started.Settings.Models), port, signals.Stop);

            // 6
            return await serving.RunAsync(signals.Stop);
        }
        finally
        {
            // 7
            terminal.Say(signals.Stop.IsCancellationRequested ? "Stopping; Ctrl-C again does it at once" : "Stopping");
            await platform.DisposeAsync();
            terminal.Say("Stopped");
        }

        Task CheckAsync(StackFile file, CancellationToken cancellation) =>
            stack.CheckAsync(file, registry, missing => PublishHint.For(stack, request.Demo, missing), cancellation);
    }
}
