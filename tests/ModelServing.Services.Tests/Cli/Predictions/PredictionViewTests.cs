using ModelServing.Cli.Predictions;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Services.Tests.Predictions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Services.Tests.Cli.Predictions;

/// <summary>Predictions as people see them.</summary>
public class PredictionViewTests
{
    [Fact]
    public void A_list_fits_80_columns_and_has_who_answered_what_and_how_long_it_took()
    {
        var lines = Lines(PredictionTable.Render([Document(), Document() with { RequestId = SomeRecord.IdOf(2), Outcome = null }]), 80);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 80));
        var text = string.Join('\n', lines);
        foreach (var part in (string[])
            [
                SomeRecord.IdOf(1), "2026-11-28 10:00:00.000Z", "canary v2, trial 3", "revision 0123456789abcdef", "│ 200 ", "outcome 1",
                "amount 12.5", "country DE", "probability 0.75", "3.5 ms: read 0.1, wait 0.2, run 3.0, write 0.05",
            ])
        {
            // A cell's text may go on in the next line.
            var words = string.Join(' ', text.Split([' ', '\n', '│'], StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains(part, words + text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void In_a_pipe_a_line_is_not_broken()
    {
        var text = string.Join('\n', Lines(PredictionTable.Render([Document()]), 1000));
        Assert.Contains("3.5 ms: read 0.1, wait 0.2, run 3.0, write 0.05", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prediction_in_full_has_every_part_of_every_attempt()
    {
        var failed = Document() with { Attempt = 2, Status = null, Reason = "connection-lost", LatencyMilliseconds = null, Outputs = [] };
        var lines = Lines(PredictionReport.Render(new RequestPredictions(SomeRecord.IdOf(1), [Document(), failed])), 80);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 80));
        var text = string.Join('\n', lines);
        foreach (var (name, value) in ((string, string)[])
            [
                ("request", SomeRecord.IdOf(1)), ("attempt", "1"), ("time", "2026-11-28 10:00:00.000Z"), ("model", "fraud version 2"),
                ("variant", "canary"), ("trial", "3"), ("revision", "0123456789abcdef"),
                ("routing key", @"abcd \(hash\)"), ("answer", "200"),
                ("input", @"amount FP32\[1,1\] 12.5"), ("input", @"country BYTES\[1,1\] DE"), ("output", @"probability FP32\[1,1\] 0.75"),
                ("total", "3.5 ms"), ("  read", "0.1 ms"), ("  wait", "0.2 ms"), ("  run", "3.0 ms"), ("  write", "0.05 ms"),
                ("outcome", "1"), ("  observed", "2026-11-28 10:00:00.000Z"), ("attempt", "2"), ("answer", "no answer connection-lost"),
            ])
            Assert.Matches($@"│ {name} +│ {value} +│", text);
    }

    [Fact]
    public void The_routers_note_names_the_attempt_that_it_is_about()
    {
        var note = Document() with { Attempt = PredictionAttempts.NoAnswer + 2, Status = null, Reason = "connection-lost" };
        Assert.Contains(
            "attempt 2 (the router's note)", string.Join('\n', Lines(PredictionTable.Render([note]), 100)), StringComparison.Ordinal);
        Assert.Matches(
            @"│ attempt +│ 2 \(the router's note\) +│",
            string.Join('\n', Lines(PredictionReport.Render(new RequestPredictions("", [note])), 80)));
    }

    [Fact]
    public void A_long_tensor_is_shortened()
    {
        var record = SomeRecord.Create();
        record.Inputs.Add(SomeRecord.Floats("many", [1, 1000], [.. Enumerable.Range(0, 1000).Select(static i => (float)i)]));
        record.Inputs.Add(SomeRecord.Texts("text", [1], new string('x', 100)));
        record.Inputs.Add(SomeRecord.Floats("few", [2], 1, float.NaN));
        var document = PredictionDocuments.Create(record, null);
        var text = string.Join('\n', Lines(PredictionTable.Render([document]), 1000));
        Assert.Contains("many [0, 1, 2, 3, 4, 5, 6, 7, ... 1,000 in all]", text, StringComparison.Ordinal);
        Assert.Contains($"text {new string('x', 40)}... ", text, StringComparison.Ordinal);
        Assert.Contains("few [1, NaN]", text, StringComparison.Ordinal);
        text = string.Join('\n', Lines(PredictionReport.Render(new RequestPredictions("", [document])), 1000));
        Assert.Contains("30, 31, ... 1,000 in all]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_are_not_there_say_why()
    {
        PredictionTensor Omitted(string why, string? pointer = null) =>
            new() { Name = "photo", Datatype = "UINT8", Shape = [9], Omitted = why, ObjectKey = pointer, Digest = "0102" };
        Assert.Equal("(hashed, 0102)", PredictionText.Elements(Omitted("hashed"), 8));
        Assert.Equal("(large, predictions/1)", PredictionText.Elements(Omitted("large", "predictions/1"), 8));
        Assert.Equal("(dropped)", PredictionText.Elements(Omitted("dropped") with { Digest = null }, 8));
    }

    [Fact]
    public void A_text_of_a_client_moves_no_cursor()
    {
        var record = SomeRecord.Create();
        record.Inputs.Add(SomeRecord.Texts("evil\u001b[2J", [1], "a\u001b]0;x\u0007b\u202ec\r\n[red]"));
        var document = PredictionDocuments.Create(record, null) with { Variant = "\u001b[0m", Reason = "\n" };
        foreach (var view in (IRenderable[])
            [PredictionTable.Render([document]), PredictionReport.Render(new RequestPredictions("", [document]))])
        {
            var text = string.Join('\n', Lines(view, 1000));
            Assert.DoesNotContain(text, static c => (char.IsControl(c) && c != '\n') || c == '\u202e');
            Assert.Contains("[red]", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_empty_list_says_that_a_record_may_be_on_its_way() =>
        Assert.Contains("on its way", Lines(PredictionTable.Render([]), 200)[0], StringComparison.Ordinal);

    private static PredictionDocument Document() => PredictionDocuments.Create(
        SomeRecord.Create(), new Outcome(SomeRecord.IdOf(1), OutcomeValue.FromNumber(1), SomeRecord.Start));

    private static string[] Lines(IRenderable view, int width)
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Write(view);
        return writer.ToString().Split('\n');
    }
}
