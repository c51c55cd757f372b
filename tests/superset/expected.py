"""What each chart must show, asked of the marts in other words.

The first columns are what a chart shows its values by: one, but for heatmaps, which
have two, and single figures, which have none. `series` and `value` are the names and
the values of a chart that draws a series for each.
"""

from __future__ import annotations

CHARTS = {
    "net_revenue": "select sum(net_revenue) as net_revenue from marts.orders",
    "orders": "select count(*) as orders from marts.orders",
    "average_order_value": (
        "select sum(revenue) / count(*) as average_order_value from marts.orders"
    ),
    "repeat_rate_90_days": """
        select repeat_rate from marts.repeat_purchase_rates
        where window_days = 90 and channel = 'all'
    """,
    "revenue_by_day": """
        select date_day, revenue_7d_average, revenue_28d_average
        from marts.daily_revenue
    """,
    "rfm_segments_compared": """
        select rfm_segment, customer_share, revenue_share from marts.rfm_segments
    """,
    "rfm_segments_actions": """
        select rfm_segment, customers, net_revenue, average_value, recommended_action
        from marts.rfm_segments
    """,
    "value_segments_compared": """
        select value_segment, customers, net_revenue, revenue_share, average_value
        from marts.value_segments
    """,
    "forecast_by_segment": """
        select
            forecast_segment,
            count(*) as customers,
            sum(historic_value) as historic_value,
            sum(expected_value_365d) as expected_value_365d,
            sum(naive_value_365d) as naive_value_365d
        from marts.customer_forecasts
        where forecast_segment is not null
        group by forecast_segment
    """,
    "forecast_checked": """
        select decile, predicted_value, actual_value from marts.forecast_accuracy
        where model = 'purchases' and decile > 0
    """,
    "cohort_heatmap": """
        select months_since_first_order, cohort_label, retention_rate
        from marts.cohort_retention
        where is_mature and months_since_first_order > 0
    """,
    "retention_over_months": """
        select
            months_since_first_order,
            retention_rate,
            retention_rate_low,
            retention_rate_high
        from marts.retention_curve
        where months_since_first_order > 0
    """,
    "second_orders": """
        select days_since_first_order, channel as series, repeat_probability as value
        from marts.second_order_survival
        where channel = 'all'
    """,
    "repeat_rates": """
        select window_days, channel as series, repeat_rate as value
        from marts.repeat_purchase_rates
        where channel = 'all'
    """,
    "repeat_rates_by_channel": """
        select
            channel,
            mature_buyers,
            repeat_buyers,
            repeat_rate,
            repeat_rate_low,
            repeat_rate_high
        from marts.repeat_purchase_rates
        where window_days = 90
    """,
    "growth": """
        select
            month,
            new_customers,
            retained_customers,
            reactivated_customers,
            lapsed_customers
        from marts.customer_growth
        where is_complete
    """,
    "value_by_cohort": """
        select
            cohort_month,
            first_order_revenue_per_customer,
            value_per_customer_90d,
            value_per_customer_365d
        from marts.cohort_first_orders
    """,
    "order_gaps": """
        select order_number, p25_days, median_days, p75_days from marts.order_gaps
        where order_number <= 12
    """,
    "channels_compared": """
        select
            channel,
            customers,
            buyers,
            order_conversion_rate,
            orders,
            revenue,
            revenue_share,
            average_order_value,
            net_revenue_per_customer
        from marts.channel_performance
    """,
    "revenue_by_channel": """
        select order_month, channel as series, revenue as value
        from marts.channel_aov_monthly
        where is_complete
    """,
    "order_value_by_channel": """
        select order_month, channel as series, average_order_value as value
        from marts.channel_aov_monthly
        where is_complete
    """,
    "channel_by_region": """
        select region, channel, revenue from marts.channel_region_revenue
        where orders >= 10
    """,
    "acquisition_cost": """
        select
            channel,
            sum(spend) as spend,
            sum(new_customers) as new_customers,
            sum(spend) / nullif(sum(new_customers), 0) as acquisition_cost,
            sum(net_revenue_365d) / nullif(sum(mature_customers_365d), 0)
                as value_per_customer_365d
        from marts.channel_unit_economics
        where spend is not null
        group by channel
    """,
    "signups_by_channel": """
        select window_days, channel as series, conversion_rate as value
        from marts.signup_conversion
        where signup_month = 'all' and channel <> 'all'
    """,
    "visits_by_source": """
        select source, conversion_rate from marts.session_conversion
        where sessions >= 30
    """,
    "promotions_compared": """
        select
            promo_code,
            orders,
            first_orders,
            revenue,
            revenue_share,
            average_order_value
        from marts.promo_performance
    """,
    "promotions_and_return": """
        select promo_code, repeat_rate_90d from marts.first_order_promo_retention
        where mature_buyers_90d >= 30
    """,
}

# the same for what is chosen on the left of a dashboard: one channel, and a period
OF_CHANNEL = {
    "second_orders": """
        select days_since_first_order, channel as series, repeat_probability as value
        from marts.second_order_survival
        where channel = 'email'
    """,
    "repeat_rates": """
        select window_days, channel as series, repeat_rate as value
        from marts.repeat_purchase_rates
        where channel = 'email'
    """,
}
OF_PERIOD = {
    "net_revenue": """
        select sum(net_revenue) as net_revenue from marts.orders
        where order_date between '2025-03-01' and '2025-03-31'
    """,
    "orders": """
        select count(*) as orders from marts.orders
        where order_date between '2025-03-01' and '2025-03-31'
    """,
    "average_order_value": """
        select sum(revenue) / count(*) as average_order_value from marts.orders
        where order_date between '2025-03-01' and '2025-03-31'
    """,
    "revenue_by_day": """
        select date_day, revenue_7d_average, revenue_28d_average
        from marts.daily_revenue
        where date_day between '2025-03-01' and '2025-03-31'
    """,
}
