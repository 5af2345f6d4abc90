using System.Text;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Services.Tests.Features.Engine;

namespace ModelServing.Services.Tests.Features.Definitions;

public class ViewDefinitionTests
{
    [Fact]
    public void Its_json_is_read_back() => SomeViews.All.Sample(view =>
    {
        var bytes = view.ToCanonical().ToUtf8();
        Assert.Equal(bytes, ViewDefinition.Parse(bytes).ToUtf8());
        Assert.Equal(bytes, ViewDefinition.Parse(bytes).ToCanonical().ToUtf8());
    });

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":2", "the view's definition has schema 2; this program reads schema 1")]
    [InlineData("\"engine\":1", "\"engine\":2", "the view's definition is for version 2 of the engine; this program has version 1")]
    [InlineData("\"tail\":256", "\"tale\":256", null)]
    [InlineData("\"latenessMs\":3600000", "\"latenessMs\":-1", null)]
    [InlineData("\"int64\"", "\"int32\"", null)]
    [InlineData("\"sources\":[", "\"sources\":[null,", "the view's definition has a list with null in it")]
    public void Another_document_is_refused(string old, string changed, string? message)
    {
        var text = Encoding.UTF8.GetString(SomeViews.Everything.ToUtf8());
        Assert.Contains(old, text, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
        var e = Assert.Throws<ContractException>(() => ViewDefinition.Parse(bytes));
        if (message is not null)
            Assert.Equal(message, e.Message);
    }

    [Fact]
    public void Damaged_json_is_refused_or_has_faults_or_is_another_definition()
    {
        var bytes = SomeViews.Everything.ToUtf8();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, bytes.Length]).Sample((at, value, length) =>
        {
            var damaged = bytes.ToArray();
            damaged[at] = value;
            try
            {
                ViewRules.Check(ViewDefinition.Parse(damaged.AsSpan(0, length % 2 == 0 ? length : damaged.Length)));
            }
            catch (ContractException)
            {
            }
        }, iter: 2000);
    }

    [Theory]
    [InlineData("10s", null)]
    [InlineData("12s", "1s")]
    [InlineData("1m", "2s")]
    [InlineData("1h", "2m")]
    [InlineData("1d", "1h")]
    [InlineData("7d", "6h")]
    [InlineData("30d", "1d")]
    [InlineData("90d", "2d")]
    [InlineData("365d", null)]
    [InlineData("67m", null)]
    public void A_window_gets_a_hop_from_the_ladder(string window, string? hop) =>
        Assert.Equal(hop, HopLadder.Find(DurationText.Read(window)!.Value) is { } found ? DurationText.Write(found) : null);

    [Fact]
    public void A_default_hop_divides_its_window_into_12_to_64_tiles() => Gen.Long[1, 100_000].Sample(minutes =>
    {
        var window = TimeSpan.FromMinutes(minutes);
        if (HopLadder.Find(window) is not { } hop)
            return;
        Assert.Equal(0, window.Ticks % hop.Ticks);
        Assert.InRange(window / hop, HopLadder.LeastTiles, HopLadder.MostTiles);
    });

    [Theory]
    [InlineData("0s", 0L)]
    [InlineData("500ms", 500L)]
    [InlineData("90s", 90_000L)]
    [InlineData("3660d", 3660L * 86_400_000)]
    [InlineData("3661d", null)]
    [InlineData("1.5h", null)]
    [InlineData("01h", null)]
    [InlineData("h", null)]
    [InlineData("5", null)]
    [InlineData("5mh", null)]
    [InlineData("-5m", null)]
    [InlineData("99999999999999999999d", null)]
    public void A_duration_is_a_whole_number_with_a_unit(string text, long? milliseconds) =>
        Assert.Equal(milliseconds is { } n ? TimeSpan.FromMilliseconds(n) : null, DurationText.Read(text));
}
