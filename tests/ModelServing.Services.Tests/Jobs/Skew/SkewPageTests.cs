using System.Net;
using System.Text.Json.Nodes;
using ModelServing.Jobs.Skew;

namespace ModelServing.Services.Tests.Jobs.Skew;

/// <summary>The page as a browser shows it.</summary>
public sealed class SkewPageTests : IDisposable
{
    // Measures the page from within: what does not fit, what covers something else, and what is not visible.
    private const string Measure = """
        <script>
        const faults = [];
        const box = element => element.getBoundingClientRect();
        const within = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
          && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
        const apart = (one, other) => one.right <= other.left + 0.5 || other.right <= one.left + 0.5
          || one.bottom <= other.top + 0.5 || other.bottom <= one.top + 0.5;
        if (document.documentElement.scrollWidth > window.innerWidth) faults.push("the page is wider than its window");
        for (const figure of document.querySelectorAll("figure")) {
          const name = figure.querySelector("b").textContent, svg = figure.querySelector("svg");
          if (!within(box(svg), box(figure))) faults.push(name + ": the picture does not fit");
          const texts = [...svg.querySelectorAll("text")], bars = [...svg.querySelectorAll("rect")];
          for (const part of [...texts, ...bars])
            if (!within(box(part), box(svg))) faults.push(name + ": '" + (part.textContent || part.className.baseVal) + "' is cut off");
          for (const text of texts) {
            const size = parseFloat(getComputedStyle(text).fontSize) * box(svg).width / svg.viewBox.baseVal.width;
            if (size < 8) faults.push(name + ": the text is too small");
            for (const other of [...texts, ...bars])
              if (other !== text && box(other).height > 1 && !apart(box(text), box(other)))
                faults.push(name + ": '" + text.textContent + "' covers " + (other.textContent || other.className.baseVal));
          }
          for (let i = 0; i + 1 < bars.length; i++)
            if (!apart(box(bars[i]), box(bars[i + 1]))) faults.push(name + ": bars cover each other");
          const fills = new Set(bars.map(bar => getComputedStyle(bar).fill));
          if (fills.size !== 2 || fills.has(getComputedStyle(figure).backgroundColor)) faults.push(name + ": bars look alike");
        }
        const result = { faults, figures: document.querySelectorAll("figure").length, bars: document.querySelectorAll("rect").length };
        document.body.textContent = "RESULT" + JSON.stringify(result) + "END";
        </script>
        </body>
        """;

    private readonly SomeServing serving = new();

    public void Dispose() => serving.Dispose();

    [Theory]
    [InlineData(1280)]
    [InlineData(500)]
    public async Task Nothing_is_cut_off_or_covered_in_a_window_of_any_width(int width)
    {
        Assert.SkipUnless(Browser.IsInstalled, Browser.Missing);
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(1500, static amount => amount * 2);
        var report = await serving.CompareAsync();
        var page = SkewPage.Write(report);
        var shown = await Browser.OpenAsync(page.Replace("</body>", Measure, StringComparison.Ordinal), width);
        var text = WebUtility.HtmlDecode(shown.Split("RESULT")[^1].Split("END")[0]);
        var result = JsonNode.Parse(text)!;
        Assert.Empty(result["faults"]!.AsArray().Select(static fault => (string?)fault));
        Assert.Equal(report.Versions[0].Columns.Count, (int?)result["figures"]);
        Assert.True((int?)result["bars"] > 40, text);
    }
}
