using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelServing.Services.Tests.House;

/// <summary>The rules that keep an exception from ending a background loop, or a process with it.</summary>
public class LoopRulesTests
{
    private const string Loop = "services/Contracts/Reliability/SurvivingLoop.cs";

    // Each of these awaits means that a loop goes on for as long as its program runs.
    private static readonly string[] Waits = ["Delay", "WaitForNextTickAsync", "WaitToReadAsync", "ReadAllAsync", "WhenAny"];

    // Loops that are not in a method FollowAsync, and why no exception ends them unnoticed.
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["services/Cli/Up/SupervisedHost.cs"] = "each of its rounds handles every exception, because a dead host is its normal case",
        ["services/Functions/TrafficSplitter/RouterCalls.cs"] = "its caller gets its exception, and it ends with the caller's time",
        ["services/Client/Calls/CallRunner.cs"] = "its caller gets its exception, and the attempts are bounded",
        ["services/Predictions/Shipping/Shipper.cs"] = "it ends with the spool, and its caller is a round of a loop",
        ["services/Cli/Demo/EventFlow.cs"] = "those who add events, or wait for the last one, get its exception",
        ["services/Cli/Demo/DemoRounds.cs"] = "its command awaits it and ends with it",
        ["services/Cli/Rollouts/StatusCommand.cs"] = "its command awaits it and ends with it",
        ["services/Jobs/Features/FeatureRebuild.cs"] = "its job awaits it and ends with it",
    };

    // Calls that are not awaited, and why they can't fail.
    private static readonly Dictionary<string, string> Unawaited = new()
    {
        ["services/Hosting/DrainLifetime.cs"] = "a wait and the request to stop",
        ["services/Hosting/Connections/ConnectionRefusal.cs"] = "a client that leaves before it has its refusal needs none",
        ["services/Router/Endpoints/ReadinessProbe.cs"] = "a probe catches everything: it means that the endpoint is not ready",
        ["services/Cli/Up/VersionHosts.cs"] = "a host that can't be stopped is reported",
        ["services/Router/Forwarding/SlowComparison.cs"] = "a comparison that fails is not evidence, and nothing waits for it",
        ["services/Cli/Up/Gateway/FunctionContainers.cs"] = "a container that does not start is reported",
        ["services/Cache/Guard/CountSlots.cs"] = "a transaction's commands, whose results come with the transaction",
        ["services/Cache/Guard/TrialCounts.cs"] = "a transaction's commands, whose results come with the transaction",
        ["services/Cli/StopSignals.cs"] = "the callbacks of a cancellation, which is awaited elsewhere",
        ["services/Predictions/Shipping/Pace.cs"] = "a wait that is never canceled, after which others have their turn",
    };

    // Threads that are not of the pool, and what happens to an exception.
    private static readonly Dictionary<string, string> Threads = new()
    {
        ["services/Hosting/DrainLifetime.cs"] = "it means that the parent is gone",
        ["services/Inference/Models/ModelStart.cs"] = "its awaiter gets it",
        ["services/Runtime/FirstRuns/ModelRun.cs"] = "the process is there to die of the model",
        ["services/Runtime/FirstRuns/ProcessEnd.cs"] = "it ends the process in any case",
        ["services/Runtime/Replays/ReplayChild.cs"] = "it ends the process in any case",
        ["services/Spool/DiskCommits.cs"] = "the requests that wait for the flush get it",
        ["services/Inference/Models/RunWatch.cs"] = "it is logged, and the watch goes on",
    };

    [Fact]
    public void Every_service_that_works_in_the_background_is_a_LoopingService() => SourceFiles.AssertNone(Services()
        .Where(static file => file.Path != "services/Hosting/LoopingService.cs")
        .SelectMany(static file => file.Root.DescendantNodes().OfType<SimpleBaseTypeSyntax>()
            .Where(static type => type.Type.ToString() == "BackgroundService")
            .Select(type => file.At(type.GetLocation()))));

    [Fact]
    public void A_loop_that_waits_is_a_SurvivingLoop_or_is_followed_by_one() => SourceFiles.AssertNone(Services()
        .Where(static file => file.Path != Loop && !Exceptions.ContainsKey(file.Path))
        .SelectMany(static file => file.Root.DescendantNodes()
            .Where(static node => IsUnbounded(node) && Awaits(node) && MethodOf(node) != "FollowAsync")
            .Select(node => $"{file.At(node.GetLocation())}: run it by {nameof(ModelServing.Contracts.Reliability.SurvivingLoop)}")));

    [Fact]
    public void Something_that_follows_is_called_by_a_loop_or_by_another_that_follows() => SourceFiles.AssertNone(Services()
        .SelectMany(static file => file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(static call => NameOf(call) == "FollowAsync" && !IsInLoop(call))
            .Select(call => file.At(call.GetLocation()))));

    [Fact]
    public void A_call_that_is_not_awaited_can_not_fail() => SourceFiles.AssertNone(Services()
        .Where(static file => !Unawaited.ContainsKey(file.Path))
        .SelectMany(static file => file.Root.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(static assignment => assignment is
            {
                Left: IdentifierNameSyntax { Identifier.Text: "_" },
                Right: InvocationExpressionSyntax call,
            } && NameOf(call).EndsWith("Async", StringComparison.Ordinal))
            .Select(assignment => file.At(assignment.GetLocation()))));

    [Fact]
    public void A_thread_of_its_own_handles_every_exception() => SourceFiles.AssertNone(Services()
        .Where(static file => !Threads.ContainsKey(file.Path))
        .SelectMany(static file => file.Root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
            .Where(static made => made.Type.ToString() == "Thread")
            .Select(made => $"{file.At(made.GetLocation())}: an exception on it aborts the process")));

    [Fact]
    public void Each_exception_to_the_rules_is_still_needed()
    {
        var files = Services().ToDictionary(static file => file.Path);
        SourceFiles.AssertNone(Exceptions.Keys
            .Where(path => !files[path].Root.DescendantNodes().Any(static node => IsUnbounded(node) && Awaits(node)))
            .Concat(Unawaited.Keys.Concat(Threads.Keys).Where(path => !files.ContainsKey(path))));
    }

    private static IEnumerable<SourceFile> Services() =>
        SourceFiles.Product.Where(static file => file.Path.StartsWith("services/", StringComparison.Ordinal));

    private static bool IsUnbounded(SyntaxNode node) => node switch
    {
        WhileStatementSyntax loop => loop.Condition.IsKind(SyntaxKind.TrueLiteralExpression)
            || loop.Condition.DescendantNodesAndSelf().Any(static part => part is AwaitExpressionSyntax)
            || loop.Condition.ToString().Contains("IsCancellationRequested", StringComparison.Ordinal),
        DoStatementSyntax loop => loop.Condition.DescendantNodesAndSelf().Any(static part => part is AwaitExpressionSyntax),
        ForStatementSyntax loop => loop.Condition is null
            || loop.Condition.ToString().Contains("IsCancellationRequested", StringComparison.Ordinal),
        ForEachStatementSyntax loop => loop.AwaitKeyword.IsKind(SyntaxKind.AwaitKeyword),
        _ => false,
    };

    private static bool Awaits(SyntaxNode node) => node.DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Any(static call => Waits.Contains(NameOf(call)));

    private static string NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        IdentifierNameSyntax name => name.Identifier.Text,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.Text,
        _ => "",
    };

    private static string? MethodOf(SyntaxNode node) =>
        node.Ancestors().OfType<MethodDeclarationSyntax>().FirstOrDefault()?.Identifier.Text;

    // The loops themselves are called loops or loop; everything else is an argument of one of them, or follows itself.
    private static bool IsInLoop(InvocationExpressionSyntax call) =>
        MethodOf(call) == "FollowAsync"
        || IsLoop(call)
        || call.Ancestors().OfType<InvocationExpressionSyntax>().Any(IsLoop);

    private static bool IsLoop(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "loops" or "loop" } }
        or MemberAccessExpressionSyntax
        {
            Expression: InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Create" } },
        };
}
