using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Cli.Doctor;

/// <summary>The result of <c>ms doctor</c>: its lines for people, its document for programs, and its exit code.</summary>
internal sealed record DoctorReport(IReadOnlyList<Finding> Findings)
{
    private const int Columns = 80;

    /// <summary>Where the text of a finding begins.</summary>
    private const int Indent = 11;

    /// <summary>1 if something would fail; else 2 if something could not be asked; else 0. Notes do not count.</summary>
    internal int ExitCode => Count(FindingState.Wrong) > 0 ? Cli.ExitCode.Failed
        : Count(FindingState.Unasked) > 0 ? Cli.ExitCode.WrongInput
        : Cli.ExitCode.Done;

    /// <summary>The findings in plain lines of at most 80 columns. Only a command is longer, because it must stay in one piece.</summary>
    internal IEnumerable<string> Lines()
    {
        foreach (var finding in Findings)
        {
            foreach (var line in Wrapped(TextOf(finding.State), $"{finding.Check}: {OwnCommand.In(finding.Text)}"))
                yield return line;
            if (finding.Fix is { } fix)
                yield return new string(' ', Indent) + "-> " + fix;
        }

        yield return "";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(FindingState.Wrong)} wrong, {Count(FindingState.Unasked)} not asked, {Count(FindingState.Good)} ok");
    }

    /// <summary>The document of <c>--json</c>.</summary>
    internal object Document() => new
    {
        ExitCode,
        Findings = Findings.Select(static finding => new { finding.Check, State = TextOf(finding.State), finding.Text, finding.Fix }),
    };

    internal static string TextOf(FindingState state) => state switch
    {
        FindingState.Good => "ok",
        FindingState.Wrong => "wrong",
        FindingState.Unasked => "not asked",
        FindingState.Note => "note",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static IEnumerable<string> Wrapped(string first, string text)
    {
        var line = first.PadRight(Indent);
        var hasWord = false;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (hasWord && line.Length + 1 + word.Length > Columns)
            {
                yield return line;
                line = new string(' ', Indent);
                hasWord = false;
            }

            line += hasWord ? " " + word : word;
            hasWord = true;
        }

        yield return line;
    }

    private int Count(FindingState state) => Findings.Count(finding => finding.State == state);
}
