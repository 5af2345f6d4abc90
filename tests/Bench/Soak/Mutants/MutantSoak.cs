using System.Diagnostics;
using System.Globalization;
using ModelServing.TestKit;
using ModelServing.TestKit.Mutants;

namespace ModelServing.Bench.Soak.Mutants;

/// <summary>Breaks the product in one place at a time, and runs the tests that should notice it.</summary>
/// <remarks>
/// <code>
/// 1 sound     the tests of all chosen mutations pass with the product as it is
/// 2 break     compile the one project with the one changed source, and put its assembly into a copy of the tests' program
/// 3 notice    run the mutation's test classes until one test fails; one that has waited long must fail twice
/// 4 repair    put the sound assembly back
/// </code>
/// </remarks>
internal sealed class MutantSoak
{
    // After so many tests that failed only once, nothing has noticed the mutation.
    private const int MostTries = 3;

    private static readonly TimeSpan SoundLimit = TimeSpan.FromMinutes(30);

    private readonly string folder = Repository.Combine("artifacts", "mutants");
    private readonly MutantTests tests = new();
    private readonly Dictionary<string, MutantCompiler> compilers = [];

    internal async Task<MutantReport> RunAsync(IReadOnlyList<Mutation> mutations, CancellationToken cancellation)
    {
        // A test that skips notices nothing.
        if (!RedisServer.IsInstalled)
            throw new BenchException(RedisServer.Missing, ExitCode.Missing);
        tests.Copy();
        // 1
        var classes = mutations.SelectMany(static mutation => mutation.Tests).Distinct(StringComparer.Ordinal).ToList();
        if (await FindFailureAsync(classes, SoundLimit, cancellation) is { } failed)
            throw new BenchException($"a test fails although nothing is broken: {failed}");
        var results = new List<MutantResult>(mutations.Count);
        foreach (var (i, mutation) in mutations.Index())
        {
            var watch = Stopwatch.StartNew();
            var result = await TryAsync(mutation, cancellation);
            results.Add(result);
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{i + 1}/{mutations.Count} {mutation}: {Outcome(result)} ({watch.Elapsed.TotalSeconds:0} s)"));
        }

        return new MutantReport(results);
    }

    private async Task<string?> FindFailureAsync(IReadOnlyList<string> classes, TimeSpan limit, CancellationToken cancellation)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await tests.RunAsync(classes, limit, cancellation) is not { } failed)
                return null;
            var isCertain = limit != SoundLimit && !failed.IsDoubtful;
            if (isCertain || failed.Method is null || await tests.RunAgainAsync(failed.Method, cancellation) is not null)
                return failed.Name;
            await Console.Error.WriteLineAsync($"failed once and passed when repeated: {failed.Name}");
        }

        return null;
    }

    private static string Outcome(MutantResult result) =>
        result.Fault is { } fault ? $"FAULT: {fault}" : result.NoticedBy is { } test ? $"noticed by {test}" : "SURVIVED";

    private async Task<MutantResult> TryAsync(Mutation mutation, CancellationToken cancellation)
    {
        // 2
        if (!compilers.TryGetValue(mutation.Project, out var compiler))
            compilers.Add(mutation.Project, compiler = await MutantCompiler.CreateAsync(mutation.Project, cancellation));
        // A file of a list may be beside the list's folder.
        var source = Path.GetFullPath(Repository.Combine(mutation.File.Split('/')));
        var changed = Path.Combine(folder, Path.GetFileName(source));
        var assembly = Path.Combine(folder, compiler.Assembly);
        await File.WriteAllTextAsync(changed, mutation.Apply(await File.ReadAllTextAsync(source, cancellation)), cancellation);
        if (await compiler.CompileAsync(source, changed, assembly, cancellation) is { } errors)
            return new MutantResult(mutation, null, $"it does not compile: {errors}");
        tests.Break(compiler.Assembly, assembly);
        try
        {
            // 3
            return new MutantResult(mutation, await FindFailureAsync(mutation.Tests, MutantTests.Limit, cancellation));
        }
        finally
        {
            // 4
            tests.Repair(compiler.Assembly);
        }
    }
}
