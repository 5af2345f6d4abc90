using CsCheck;
using ModelServing.Router.Routing;

namespace ModelServing.Services.Tests.Router.Routing;

public class RequestTargetTests
{
    [Theory]
    [InlineData("/v2/models/fraud", "fraud", "", ModelAction.Metadata)]
    [InlineData("/v2/models/fraud/", "fraud", "", ModelAction.Metadata)]
    [InlineData("/v2/models/fraud/ready", "fraud", "", ModelAction.Ready)]
    [InlineData("/v2/models/fraud/infer", "fraud", "", ModelAction.Infer)]
    [InlineData("/v2/models/fraud/infer/", "fraud", "", ModelAction.Infer)]
    [InlineData("/v2/models/fraud/versions/2", "fraud", "2", ModelAction.Metadata)]
    [InlineData("/v2/models/fraud/versions/2/ready", "fraud", "2", ModelAction.Ready)]
    [InlineData("/v2/models/fraud/versions/2/infer", "fraud", "2", ModelAction.Infer)]
    [InlineData("/v2/models/fraud/versions/2/stats", "fraud", "2", ModelAction.Stats)]
    [InlineData("/v2/models/versions/infer", "versions", "", ModelAction.Infer)]
    [InlineData("/v2/models/..%2f/infer", "..%2f", "", ModelAction.Infer)]
    internal void A_models_path_is_parsed(string path, string model, string version, ModelAction action)
    {
        Assert.True(RequestTarget.TryParse(path, out var target));
        Assert.Equal((model, version, action), (target.Model.ToString(), target.Version.ToString(), target.Action));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v2")]
    [InlineData("/v2/models")]
    [InlineData("/v2/models/")]
    [InlineData("/v2/models//infer")]
    [InlineData("/v2/models/fraud//infer")]
    [InlineData("/v2/models/fraud/infer//")]
    [InlineData("/v2/models/fraud/Infer")]
    [InlineData("/v2/models/fraud/infer/more")]
    [InlineData("/v2/models/fraud/versions")]
    [InlineData("/v2/models/fraud/versions/")]
    [InlineData("/v2/models/fraud/versions//infer")]
    [InlineData("/v2/models/fraud/versions/2/infer/more")]
    public void Any_other_path_is_refused(string path) => Assert.False(RequestTarget.TryParse(path, out _));

    [Fact]
    public void It_finds_the_parts_that_the_path_was_made_of() => Gen.Select(
        Gen.String[Gen.Char['!', 'z'], 1, 12].Where(static s => !s.Contains('/', StringComparison.Ordinal)),
        Gen.String[Gen.Char['!', 'z'], 0, 6].Where(static s => !s.Contains('/', StringComparison.Ordinal)),
        Gen.OneOf("", "/ready", "/infer")).Sample(static (model, version, action) =>
        {
            Assert.True(RequestTarget.TryParse(
                "/v2/models/" + model + (version.Length > 0 ? "/versions/" + version : "") + action,
                out var target));
            Assert.Equal((model, version), (target.Model.ToString(), target.Version.ToString()));
            Assert.Equal(action, target.Action switch
            {
                ModelAction.Ready => "/ready",
                ModelAction.Infer => "/infer",
                ModelAction.Stats => "/stats",
                _ => "",
            });
        });

    [Fact]
    public void No_text_makes_it_throw() => Gen.OneOf<string>(
        Gen.String,
        Gen.Select(
            Gen.OneOf("/v2/models/", "fraud", "/", "//", "versions", "infer", "1").Array[0, 8],
            static parts => string.Concat(parts)))
        .Sample(static path => Assert.True(RequestTarget.TryParse(path, out var target) != target.Model.IsEmpty));
}
