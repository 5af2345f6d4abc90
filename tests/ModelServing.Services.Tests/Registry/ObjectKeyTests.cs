using CsCheck;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Registry;

public class ObjectKeyTests
{
    [Theory]
    [InlineData("models/fraud/2/model.onnx")]
    [InlineData("a")]
    [InlineData("A-b_c.d/1..2")]
    public void Plain_segments_form_a_key(string text) => Assert.Equal(text, ObjectKey.Parse(text).Text);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData(".incoming/x")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("C:/a")]
    [InlineData("ä")]
    public void Text_that_could_leave_a_folder_or_need_escaping_is_not_a_key(string text)
    {
        Assert.False(ObjectKey.TryParse(text, out _));
        Assert.Throws<FormatException>(() => ObjectKey.Parse(text));
    }

    [Fact]
    public void A_key_is_not_longer_than_Object_Storage_allows()
    {
        Assert.True(ObjectKey.TryParse(new string('a', ObjectKey.MaxLength), out _));
        Assert.False(ObjectKey.TryParse(new string('a', ObjectKey.MaxLength + 1), out _));
    }

    [Fact]
    public void No_key_leads_out_of_a_folder() => Gen.String[Gen.Char["ab/.\\ "], 0, 12].Sample(text =>
    {
        if (!ObjectKey.TryParse(text, out var key))
            return;
        var path = Path.GetFullPath(Path.Combine("/root-folder", key.Text));
        Assert.Equal("/root-folder/" + text, path);
    });
}
