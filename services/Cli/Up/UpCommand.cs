using System.CommandLine;
using System.Globalization;
using ModelServing.Cli.Demo;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Cli.Up;

/// <summary><c>ms up</c>: runs the whole platform on this machine, as the stack file describes it.</summary>
/// <remarks>
/// <code>
/// 1 stack file   read it; every fault is a line (exit code 2)
/// 2 state        lock its folder; a demo has its own
/// 3 registry     a demo publishes the sample; every named version must be published (exit code 2)
/// 4 port         a port in the stack file that is taken: exit code 3, before anything is started
/// 5 start        the versions, then the plan, then the router (exit code 1, or 3); a version that can't be served changes only its model
/// 6 serve        follow the stack file, restart dead hosts, send the demo's traffic, until a stop is requested
/// 7 stop         the router, then the versions, then remove the demo's folder; however the steps before ended
/// </code>
/// </remarks>
internal static class UpCommand
{
    // A change of the stack file counts when two reads agree, that is after one to two periods.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    internal static Command Create()
    {
        var demo = new Option<bool>("--demo")
        {
            Description = "Run the sample in a temporary state folder, send traffic through it, and show a rollback and an experiment.",
        };
        var once = new Option<bool>("--once")
        {
            Description = "Stop as soon as the platform is ready or, with --demo, after its last scene. The exit code is 1 if that was " +
                "not as expected.",
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print JSON on standard output and everything else on standard error: the addresses or, with --demo, one " +
                "object for each round of traffic.",
        };
        var guard = new Option<string>("--guard")
        {
            Description = "With 'off', the guard never condemns; the demo then shows an alarm doing it.",
            DefaultValueFactory = static _ => "on",
        };
        guard.AcceptOnlyFromAmong("on", "off");
        var payments = new Option<int>("--payments")
        {
            Description = "How many payments a demo sends first, to show the split.",
            DefaultValueFactory = static _ => SampleTraffic.DemoRows,
            CustomParser = static result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    && count is >= DemoRounds.FewestRows and <= SampleTraffic.DemoRows)
                    return count;
                result.AddError($"--payments: it must be from {DemoRounds.FewestRows} to {SampleTraffic.DemoRows}");
                return 0;
            },
        };
        var experiment = new Option<int>("--experiment")
        {
            Description = "The most payments of the experiment at the end of a demo, which stops as soon as it is certain which version " +
                "ranks better: in three runs, after 54,000 to 124,000. 0 leaves it out.",
            DefaultValueFactory = static _ => 400_000,
            CustomParser = static result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    && count <= ExperimentScene.MostPayments)
                    return count;
                result.AddError($"--experiment: it must be from 0 to {ExperimentScene.MostPayments}");
                return 0;
            },
        };
        var minute = new Option<TimeSpan?>("--minute")
        {
            Description = "How long a minute of metrics and alarms lasts. Default: 60s, with --demo 2s.",
            CustomParser = static result =>
            {
                var (value, fault) = SettingForm.ReadDuration(result.Tokens[0].Value, new SettingAttribute("") { Min = "1s", Max = "60s" });
                if (fault is not null)
                    result.AddError($"--minute: {fault}");
                return value;
            },
        };
        var splitting = new Option<SplittingMode?>("--splitting")
        {
            Description = "What assigns requests to variants: 'router' or 'function'. Default: the setting in the stack file.",
        };
        var stack = new StackOptions();
        var command = new Command("up", "Run the whole platform on this machine until Ctrl-C.")
        {
            demo, once, guard, payments, experiment, minute, splitting, json,
        };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), (terminal, signals) =>
            RunAsync(
                new UpRequest(
                    arguments.GetValue(demo) ? stack.ReadForDemo(arguments) : stack.Read(arguments),
                    arguments.GetValue(demo),
                    arguments.GetValue(once),
                    arguments.GetValue(json),
                    new PlatformPace(
                        arguments.GetValue(minute) ?? TimeSpan.FromSeconds(arguments.GetValue(demo) ? 2 : 60),
                        arguments.GetValue(guard) == "off"),
                    arguments.GetValue(splitting))
                {
                    Payments = arguments.GetValue(payments),
                    ExperimentPayments = arguments.GetValue(experiment),
                },
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
            // Ctrl-C may reach either process first.
            if (e.Exit is { IsInterrupt: true })
                await Task.Delay(TimeSpan.FromSeconds(1), signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!signals.Stop.IsCancellationRequested)
                throw new CommandException(ExitCode.Failed, e.Message);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Stopped as requested.
        }

        return request.Once ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static async Task<int> RunUntilStoppedAsync(UpRequest request, Terminal terminal, StopSignals signals)
    {
        var (stack, time) = (request.Stack, TimeProvider.System);
        // Also for what the hosts and the cache write.
        PrivateFiles.MakeDefault();

        // 1
        var file = new PolledFile(stack.FilePath, Period, time);
        var started = stack.Parse(file.ReadNow()?.ToArray());
        if (request.Demo)
            DemoModel.Require(stack, started);
        var programs = HostPrograms.Find();

        // 2
        var folder = stack.StateFolder(started.Settings.Local);
        using var state = request.Demo ? StateFolder.OpenDemo(folder) : StateFolder.Open(folder);

        // 3
        var location = "file:" + (request.Demo ? PlatformFiles.RegistryIn(state.FullPath) : stack.RegistryFolder(started.Settings.Local));
        var store = RegistryLocation.Open(location);
        var registry = new ModelRegistry(store, time);
        if (request.Demo)
            await DemoModel.PublishAsync(store, registry, signals.Stop);
        await CheckAsync(started, signals.Stop);

        // 4
        var port = ApiPort.Choose(stack, started);
        if (port is { Given: false, Number: not ApiPort.First })
            terminal.Say($"[yellow]Port {ApiPort.First} is taken, so the API uses {port.Number}; {StackFile.Namespace}local.port sets " +
                $"another port[/]");

        var settings = new PlatformSettings(
            state.FullPath,
            location,
            started.Settings with { Splitting = request.Splitting ?? started.Settings.Splitting },
            request.Pace);
        var platform = new Platform(programs, settings, terminal, time, signals.Kill);
        try
        {
            // 5
            var demo = request.Demo ? new DemoRounds(platform, request, terminal, time) : null;
            platform.ApplyClients(ClientsMaker.Make(started.Settings));
            var failures = await platform.StartAsync(started.Settings.Models, port, signals.Stop);
            if (demo is not null && failures.Count > 0)
                throw new HostFailedException(failures[0].Message);

            // 6
            var changes = new StackChanges(platform, stack.FileName, terminal)
            {
                PlanChanged = demo is null ? null : demo.PlanChanged,
            };
            using var follower = new StackFollower(stack, file, started.Settings, CheckAsync, terminal, time);
            if (failures.Any(static failure => failure.IsTransient))
                follower.ApplyAgain(started);
            var session = new UpSession(request, platform, registry, demo, terminal);
            return await session.RunAsync(cancellation => follower.RunAsync(changes.ApplyAsync, cancellation), signals.Stop);
        }
        finally
        {
            // 7
            terminal.Say(signals.Stop.IsCancellationRequested ? "Stopping; press Ctrl-C again to stop at once" : "Stopping");
            await platform.DisposeAsync();
            terminal.Say("Stopped");
        }

        Task CheckAsync(StackFile file, CancellationToken cancellation) =>
            stack.CheckAsync(file, registry, missing => PublishHint.For(stack, request.Demo, missing), cancellation);
    }
}
