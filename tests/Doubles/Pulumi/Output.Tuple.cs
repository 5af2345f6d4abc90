namespace Pulumi;

/// <summary>Combines two to eight outputs into a tuple.</summary>
public static partial class Output
{
    public static Output<(T1, T2)> Tuple<T1, T2>(Input<T1> item1, Input<T2> item2)
    {
        return new(Get());

        async Task<OutputData<(T1, T2)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Input<T1> item1, Input<T2> item2, Input<T3> item3)
    {
        return new(Get());

        async Task<OutputData<(T1, T2, T3)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item3.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4)
    {
        return new(Get());

        async Task<OutputData<(T1, T2, T3, T4)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item3.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item4.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2, T3, T4, T5)> Tuple<T1, T2, T3, T4, T5>(
        Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4, Input<T5> item5)
    {
        return new(Get());

        async Task<OutputData<(T1, T2, T3, T4, T5)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item3.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item4.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item5.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2, T3, T4, T5, T6)> Tuple<T1, T2, T3, T4, T5, T6>(
        Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4, Input<T5> item5, Input<T6> item6)
    {
        return new(Get());

        async Task<OutputData<(T1, T2, T3, T4, T5, T6)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item3.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item4.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item5.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item6.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2, T3, T4, T5, T6, T7)> Tuple<T1, T2, T3, T4, T5, T6, T7>(
        Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4, Input<T5> item5, Input<T6> item6, Input<T7> item7)
    {
        return new(Get());

        async Task<OutputData<(T1, T2, T3, T4, T5, T6, T7)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item3.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item4.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item5.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item6.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item7.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2, T3, T4, T5, T6, T7, T8)> Tuple<T1, T2, T3, T4, T5, T6, T7, T8>(
        Input<T1> item1,
        Input<T2> item2,
        Input<T3> item3,
        Input<T4> item4,
        Input<T5> item5,
        Input<T6> item6,
        Input<T7> item7,
        Input<T8> item8)
    {
        return new(Get());

        async Task<OutputData<(T1, T2, T3, T4, T5, T6, T7, T8)>> Get()
        {
            var sum = OutputData<bool>.Known(true);
            var value = (
                await item1.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item2.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item3.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item4.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item5.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item6.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item7.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false),
                await item8.CollectAsync(s => sum = s, () => sum).ConfigureAwait(false));
            return new(sum.Resources, value, sum.IsKnown, sum.IsSecret);
        }
    }

    public static Output<(T1, T2)> Tuple<T1, T2>(Output<T1> item1, Output<T2> item2) =>
        Tuple((Input<T1>)item1, (Input<T2>)item2);

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Output<T1> item1, Output<T2> item2, Output<T3> item3) =>
        Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3);

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4) =>
        Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3, (Input<T4>)item4);

    public static Output<(T1, T2, T3, T4, T5)> Tuple<T1, T2, T3, T4, T5>(
        Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4, Output<T5> item5) =>
        Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3, (Input<T4>)item4, (Input<T5>)item5);

    public static Output<(T1, T2, T3, T4, T5, T6)> Tuple<T1, T2, T3, T4, T5, T6>(
        Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4, Output<T5> item5, Output<T6> item6) =>
        Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3, (Input<T4>)item4, (Input<T5>)item5, (Input<T6>)item6);

    public static Output<(T1, T2, T3, T4, T5, T6, T7)> Tuple<T1, T2, T3, T4, T5, T6, T7>(
        Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4, Output<T5> item5, Output<T6> item6, Output<T7> item7) =>
        Tuple((Input<T1>)item1, (Input<T2>)item2, (Input<T3>)item3, (Input<T4>)item4, (Input<T5>)item5, (Input<T6>)item6, (Input<T7>)item7);

    public static Output<(T1, T2, T3, T4, T5, T6, T7, T8)> Tuple<T1, T2, T3, T4, T5, T6, T7, T8>(
        Output<T1> item1,
        Output<T2> item2,
        Output<T3> item3,
        Output<T4> item4,
        Output<T5> item5,
        Output<T6> item6,
        Output<T7> item7,
        Output<T8> item8) =>
        Tuple(
            (Input<T1>)item1,
            (Input<T2>)item2,
            (Input<T3>)item3,
            (Input<T4>)item4,
            (Input<T5>)item5,
            (Input<T6>)item6,
            (Input<T7>)item7,
            (Input<T8>)item8);
}
