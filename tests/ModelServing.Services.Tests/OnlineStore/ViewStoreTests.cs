using ModelServing.Features.Engine;
using ModelServing.OnlineStore;

namespace ModelServing.Services.Tests.OnlineStore;

public sealed class ViewStoreTests
{
    [Fact]
    public void A_marker_counts_as_it_is_now_and_only_if_it_is_of_this_definition()
    {
        var engine = new FeatureEngine(SomeViews.CardActivity());
        var view = new ViewStore(engine, null!, "dev");
        var first = new ViewMarker(engine.Digest, "00000000000000aa", 1, 5);
        var second = first with { Fill = "00000000000000ab" };
        Assert.Null(view.Accept([]));
        Assert.Equal(first, view.Accept(first.ToUtf8()));
        Assert.Equal(first, view.Accept(first.ToUtf8()));
        Assert.Equal(second, view.Accept(second.ToUtf8()));
        Assert.Null(view.Accept([]));
        Assert.Null(view.Accept((second with { Digest = "sha256:0" }).ToUtf8()));
        Assert.Null(view.Accept("{}"u8));
        Assert.Equal(second, view.Accept(second.ToUtf8()));
    }
}
