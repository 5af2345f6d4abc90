using System.CommandLine;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Settings.Models;
using ModelServing.Settings.Yaml;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms promote</c>: makes the canary the stable version, in the stack file.</summary>
internal static class PromoteCommand
{
    /// <summary>The requests of a canary below which a promotion must be confirmed. A version that fails one request in 300 has failed at
    /// least one of so many in 96 of 100 cases.</summary>
    internal const long FewestRequests = 1_000;

    internal static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var force = new Option<bool>("--force")
        {
            Description = "Promote even if the canary has fewer ready endpoints than the stable version, or none; the model may then " +
                "answer 503.",
        };
        var yes = new Option<bool>("--yes", "-y")
        {
            Description = $"Promote even if the canary has had fewer than {Text(FewestRequests)} requests in its trial.",
        };
        var admin = new AdminOptions();
        var command = new Command(
            "promote",
            "Make the canary the stable version in the stack file, and keep the former stable version warm. The canary must have as many " +
                "ready endpoints as the stable version, because it gets all of the traffic.")
        {
            model, force, yes,
        };
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, (terminal, signals) =>
            RunAsync(
                terminal,
                admin.Stack(arguments),
                ModelArgument.Parse(arguments.GetValue(model)!),
                () => admin.Open(arguments),
                new PromotionConsent(arguments.GetValue(force), arguments.GetValue(yes)),
                signals.Stop)));
        return command;
    }

    /// <summary>Promotes a model's canary and prints the changes.</summary>
    /// <exception cref="CommandException">There is no canary, or it must not be promoted; nothing is changed.</exception>
    internal static async Task<int> RunAsync(
        Terminal terminal,
        StackLocation stack,
        ModelName name,
        Func<AdminClient> open,
        PromotionConsent consent,
        CancellationToken cancellation)
    {
        var file = stack.Read();
        var settings = file.Settings.Models.GetValueOrDefault(name)
            ?? throw stack.Faults([file.Fault("models", $"unknown model '{name}'")]);
        var canary = settings.Canary ?? throw stack.Faults([file.Fault($"models.{name}.canary", $"{name} has no canary to promote")]);
        using var client = open();
        var status = await client.StatusAsync(cancellation);
        Require(status, name, canary.Version, consent.Force);
        var served = status.Models.Single(model => model.Model == name);
        foreach (var line in FiguresTable.Lines(served, ReportForm.For(terminal, "")))
            terminal.Say(Markup.Escape(line));
        RequireRequests(served, canary.Version, consent.Yes);

        stack.Change(Edits(name, settings, canary));
        terminal.Say($"{stack.FileName}: [bold]{name}[/]");
        terminal.Say($"  stable.version  {settings.Stable.Version} -> [bold]{canary.Version}[/]");
        terminal.Say($"  canary          version {canary.Version}, {canary.Percent}% -> removed");
        terminal.Say($"  keepWarm        + {settings.Stable.Version}, ready for a rollback; remove it when you no longer need that");
        terminal.Say("A running 'ms up' applies this at once; in the cloud, run 'pulumi up'.");
        return ExitCode.Done;
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    internal static IReadOnlyList<StackEdit> Edits(ModelName name, ModelSettings settings, CanarySettings canary)
    {
        var edits = new List<StackEdit> { new StackEdit.Set($"models.{name}.stable.version", canary.Version.ToString()) };
        if (!settings.KeepWarm.Contains(settings.Stable.Version))
            edits.Add(new StackEdit.Add($"models.{name}.keepWarm", settings.Stable.Version.ToString()));
        edits.Add(new StackEdit.Remove($"models.{name}.canary"));
        return edits;
    }

    /// <exception cref="CommandException">The canary has had too few requests to judge it by, and no one confirmed it.</exception>
    internal static void RequireRequests(ModelStatus model, ModelVersion canary, bool yes)
    {
        var variant = model.Variants.First(variant => variant.Version == canary && variant.Name != VariantPlan.Stable);
        var requests = variant.Figures?.Requests ?? 0;
        if (requests >= FewestRequests || yes)
            return;
        throw new CommandException(
            ExitCode.Failed,
            $"version {canary} of {model.Model} has had {Text(requests)} requests in trial {variant.Trial}, as this router counts them; " +
                $"{Text(FewestRequests)} are the least to judge it by. --yes promotes it all the same");
    }

    /// <exception cref="CommandException">The canary is condemned, the router does not serve it, it is unknown whether it is condemned, or
    /// it can't take all of the traffic.</exception>
    internal static void Require(RolloutsStatus status, ModelName name, ModelVersion canary, bool force = false)
    {
        if (status.Journal != JournalReach.Read)
        {
            var reach = status.Journal == JournalReach.Unread ? "unread" : "unavailable";
            throw new CommandException(
                ExitCode.Failed,
                $"the router's journal is {reach}, so it is unknown whether version {canary} is condemned; try again when the journal " +
                    $"is available");
        }

        var model = status.Models.FirstOrDefault(model => model.Model == name)
            ?? throw new CommandException(ExitCode.Failed, $"the router does not serve a model '{name}'; is the stack file applied?");
        if (model.JournalFault is { } fault)
            throw new CommandException(ExitCode.Failed, $"it is unknown whether version {canary} of {name} is condemned: {fault}");
        if (model.Condemned.FirstOrDefault(condemned => condemned.Version == canary) is { } known)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"version {canary} of {name} was condemned at {known.Time:yyyy-MM-dd HH:mm:ss'Z'} by {known.Who} ({known.Reason}); " +
                $"'ms reset {name} {canary} --why REASON' allows a new trial");
        }

        var variant = model.Variants.FirstOrDefault(variant => variant.Version == canary && variant.Name != VariantPlan.Stable)
            ?? throw new CommandException(
                ExitCode.Failed, $"the router does not serve version {canary} of {name} as its canary; is the stack file applied?");
        var stable = model.Variants.FirstOrDefault(static variant => variant.Name == VariantPlan.Stable);
        var needed = Math.Max(1, stable?.ReadyEndpoints ?? 0);
        if (!force && variant.ReadyEndpoints < needed)
        {
            throw new CommandException(
                ExitCode.Failed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"version {canary} of {name} has {variant.ReadyEndpoints} ready endpoints, and all of the model's traffic needs " +
                        $"{needed}, as many as its stable version has; wait until it has them (in the cloud, raise its share first), " +
                            $"or use " +
                        $"--force"));
        }
    }
}
