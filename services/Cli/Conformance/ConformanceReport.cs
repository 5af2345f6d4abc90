using System.Globalization;
using System.Xml.Linq;

namespace ModelServing.Cli.Conformance;

/// <summary>The results for people, for programs, and for CI.</summary>
internal sealed record ConformanceReport(Uri Server, IReadOnlyList<CheckResult> Results)
{
    private const int Columns = 80;
    private const int StateColumns = 9;
    private const int AreaColumns = 13;

    /// <summary>Failed if a check failed, or if none could be asked.</summary>
    internal int ExitCode => Count(CheckState.Failed) > 0 || Count(CheckState.Passed) == 0 ? Cli.ExitCode.Failed : Cli.ExitCode.Done;

    /// <summary>A table of at most 80 columns.</summary>
    internal IEnumerable<string> Lines()
    {
        foreach (var (check, state, why) in Results)
        {
            yield return $"{TextOf(state),-StateColumns}{check.Area,-AreaColumns}{check.Name}";
            if (state == CheckState.Passed)
                continue;
            foreach (var line in Wrapped(why!))
                yield return new string(' ', StateColumns + 2) + line;
        }

        yield return "";
        yield return Summary;
    }

    /// <summary>The document of <c>--json</c>.</summary>
    internal object Document() => new
    {
        Server,
        Passed = Count(CheckState.Passed),
        Failed = Count(CheckState.Failed),
        Skipped = Count(CheckState.Skipped),
        Checks = Results.Select(static result => new { result.Check.Area, result.Check.Name, State = TextOf(result.State), result.Why }),
    };

    /// <summary>The file of <c>--junit</c>, which CI systems read.</summary>
    internal XDocument JUnit() => new(new XElement(
        "testsuites",
        new XElement(
            "testsuite",
            new XAttribute("name", $"Open Inference Protocol at {Server}"),
            new XAttribute("tests", Results.Count),
            new XAttribute("failures", Count(CheckState.Failed)),
            new XAttribute("skipped", Count(CheckState.Skipped)),
            Results.Select(static result => new XElement(
                "testcase",
                new XAttribute("classname", result.Check.Area),
                new XAttribute("name", result.Check.Name),
                result.State switch
                {
                    CheckState.Failed => new XElement("failure", new XAttribute("message", Visible(result.Why!))),
                    CheckState.Skipped => new XElement("skipped", new XAttribute("message", Visible(result.Why!))),
                    _ => null,
                })))));

    private string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count(CheckState.Passed)} passed, {Count(CheckState.Failed)} failed, {Count(CheckState.Skipped)} skipped");

    // What XML has no form for.
    private static string Visible(string text) => string.Concat(text.Where(static c => !char.IsControl(c) && !char.IsSurrogate(c)));

    private static string TextOf(CheckState state) => state switch
    {
        CheckState.Passed => "ok",
        CheckState.Failed => "FAILED",
        _ => "skipped",
    };

    private static IEnumerable<string> Wrapped(string text)
    {
        const int Room = Columns - StateColumns - 2;
        while (text.Length > Room)
        {
            var end = text.LastIndexOf(' ', Room);
            if (end <= 0)
                end = Room;
            yield return text[..end];
            text = text[end..].TrimStart();
        }

        yield return text;
    }

    private int Count(CheckState state) => Results.Count(result => result.State == state);
}
